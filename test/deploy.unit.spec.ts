import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { ROLES } from "../cli/roles/role.ts";
import { settings } from "../infra/config.ts";
import { IMAGES } from "../infra/testing/containers.ts";

const ROOT = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");

const condition = z.enum(["service_started", "service_healthy", "service_completed_successfully"]);
/** As much of the Compose specification as is used; anything else is a typing error until it is added here. */
const service = z.strictObject({
  image: z.string().optional(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string().regex(/^[^:]+(:-[^}]*\})?:\/[^:]+(:ro)?$/)).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition })).optional(),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()).refine(([kind]) => kind === "CMD" || kind === "CMD-SHELL"),
      interval: z.string().regex(/^\d+s$/),
      timeout: z.string().regex(/^\d+s$/),
      retries: z.number().int().positive(),
      start_period: z
        .string()
        .regex(/^\d+s$/)
        .optional(),
    })
    .optional(),
  init: z.boolean().optional(),
  network_mode: z.string().optional(),
  profiles: z.array(z.string()).optional(),
  restart: z.enum(["unless-stopped", "on-failure", "no"]),
  shm_size: z.string().optional(),
  stop_grace_period: z.string().optional(),
});
const compose = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

const file = compose.parse(parse(read("deploy/compose.yml"), { merge: true }));
const services = Object.entries(file.services);
const own = services.filter(([, one]) => one.build !== undefined);

describe("deploy/compose.yml", () => {
  test("has the engines that the tests run on, at those versions, and every role", () => {
    expect(file.services.postgres?.image).toBe(IMAGES.postgres);
    expect(file.services.eventstore?.image).toBe(IMAGES.eventStore);
    expect(file.services.nats?.image?.split("-")[0]).toBe(IMAGES.nats);
    const commands = own.map(([, { command }]) => command?.join(" "));
    for (const role of ROLES) expect(commands).toContain(`serve --role ${role}`);
  });

  test("names a version of every image, and never the latest", () => {
    for (const [name, { image }] of services) {
      expect(image, name).toMatch(/:\d+(\.\d+)+/);
      expect(image, name).not.toContain("latest");
    }
  });

  test("sets nothing that the program does not know, and only values that it takes", () => {
    for (const [name, { environment = {} }] of own) {
      const given = Object.fromEntries(
        Object.entries(environment).map(([key, value]) => [key, value.replace(/\$\{\w+:-([^}]*)\}/g, "$1")]),
      );
      expect(Object.keys(settings.shape), name).toEqual(expect.arrayContaining(Object.keys(given)));
      const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
      expect(settings.safeParse(set).error, name).toBeUndefined();
    }
  });

  test("starts nothing before what it needs: every dependency exists, and whoever is waited for can be healthy", () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [other, { condition: until }] of Object.entries(depends_on)) {
        const needed = file.services[other];
        expect(needed, `${name} needs ${other}`).toBeDefined();
        if (until === "service_healthy") expect(needed?.healthcheck, other).toBeDefined();
      }
    }
    for (const [name, { healthcheck, command }] of services) {
      if (command?.[0] === "serve" || name in { postgres: 1, eventstore: 1, nats: 1 })
        expect(healthcheck, name).toBeDefined();
    }
  });

  test("keeps what must last in volumes that are declared, and opens one port, to this machine only", () => {
    const named = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(":")[0] ?? ""));
    const declared = named.filter((volume) => /^[a-z]+$/.test(volume));
    expect(new Set(declared)).toEqual(new Set(Object.keys(file.volumes)));
    const ports = services.flatMap(([, { ports: open = [] }]) => open);
    expect(ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
  });
});

describe("deploy/Dockerfile", () => {
  const lines = read("deploy/Dockerfile").split("\n");

  test("is built on the Node that the project pins", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: { node: string } };
    const bases = lines.filter((line) => line.startsWith("FROM "));
    expect(bases).toHaveLength(2);
    for (const base of bases) expect(base).toContain(`node:${dependencies.node}-`);
  });

  test("copies what there is, and every folder of the program", () => {
    const copied = lines
      .filter((line) => line.startsWith("COPY ") && !line.includes("--from"))
      .flatMap((line) => line.split(" ").slice(1, -1));
    for (const path of copied) expect(existsSync(new URL(path, ROOT)), path).toBe(true);
    const imported = [...new Set(["cli", "cli/commands", "cli/roles"].flatMap(foldersImportedBy))].filter(
      (name) => name !== "test",
    );
    expect(copied).toEqual(expect.arrayContaining(imported));
  });
});

/** Top folders that the files of a folder import from. */
function foldersImportedBy(folder: string): string[] {
  return readdirSync(new URL(folder, ROOT))
    .filter((name) => name.endsWith(".ts") && !name.includes(".spec."))
    .flatMap((name) => [...read(`${folder}/${name}`).matchAll(/from "((?:\.\.\/)+)([a-z-]+)\//g)])
    .map(([, , top]) => top ?? "")
    .filter((top) => existsSync(new URL(top, ROOT)) && statSync(new URL(top, ROOT)).isDirectory());
}
