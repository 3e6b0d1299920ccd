import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Finding } from "../../cli/doctor/finding.ts";
import { eventually } from "../../infra/consumers/testing/engines.ts";
import type { StatusSeen } from "../../read-api/operations/followers/look.ts";
import { startSystem, type TestSystem } from "../system.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system?.stop());

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program as somebody at a shell beside the system does. */
function run(command: string, args: readonly string[]): Promise<Ended> {
  const env = {
    ...process.env,
    ORDERTRAIL_URL: system.url,
    ORDERTRAIL_DATA: system.dataDir,
    PORT: "0",
    ORDER_FILE: join(system.dataDir, "example-order"),
  };
  return new Promise((resolve) => {
    execFile(command, args, { cwd: PROJECT, env, timeout: 90_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr }),
    );
  });
}
const ordertrail = (...args: string[]) => run(process.execPath, ["cli/ordertrail.ts", ...args]);
const script = (name: string) => run("sh", [join("examples", "curl", name)]);

describe("the examples", () => {
  test("with curl place an order, watch it, act for the kitchen, show the timeline and prove it", async () => {
    for (const name of ["1-place-order.sh", "2-watch-order.sh", "3-kitchen-acts.sh"]) {
      expect(await script(name), name).toMatchObject({ code: 0, stderr: "" });
    }
    const orderId = readFileSync(join(system.dataDir, "example-order"), "utf8").trim();
    await eventually(async () => expect((await script("4-timeline.sh")).stdout).toContain("kitchen.ready"));
    const integrity = await script("5-integrity.sh");
    expect(integrity).toMatchObject({ code: 0, stdout: expect.stringContaining('"verified"') });
    expect(orderId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("with curl end with the problem that the API names, where there is one", async () => {
    const { code, stderr } = await run("sh", ["examples/curl/4-timeline.sh", "00000000-0000-4000-8000-000000000000"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("order_not_found");
  });

  test("with the typed client place an order and read its timeline", async () => {
    const { code, stdout, stderr } = await run(process.execPath, ["clients/typescript/example.ts"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^placed [0-9a-f-]{36}: /m);
    expect(stdout).toMatch(/^2\d{3}-.*placed an order/m);
  });
});

describe("a system that `up` has started", () => {
  test("is found by its data folder, and the doctor finds no problem with it", async () => {
    const { code, stdout } = await ordertrail("doctor", "--deep", "--json");
    const { findings }: { findings: Finding[] } = JSON.parse(stdout);
    expect(findings.filter(({ level }) => level === "problem")).toEqual([]);
    expect(code).toBe(0);
    expect(findings.map(({ what }) => what).join("\n")).toMatch(/"ordertrail up" runs .*api.*workers/);
  });

  test("is joined by an API in a data folder that is not there yet", async () => {
    const { DATABASE_URL = "", EVENTSTORE_URL = "" } = system.addresses;
    const folder = join(system.dataDir, "joined");
    const env = { ...process.env, ORDERTRAIL_DATA: folder, PORT: "0", DATABASE_URL, EVENTSTORE_URL, LOG_LEVEL: "warn" };
    const joined = spawn(process.execPath, ["cli/ordertrail.ts", "serve", "--role", "api"], { cwd: PROJECT, env });
    try {
      await eventually(async () => {
        const port = readFileSync(join(folder, "run", "api.port"), "utf8").trim();
        const { status } = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(3_000) });
        expect(status).toBe(200);
      }, 60_000);
    } finally {
      joined.kill("SIGTERM");
      await once(joined, "exit");
    }
  });

  test("shows its consumers, each owned, none behind once the log is quiet", async () => {
    await eventually(async () => {
      const { code, stdout } = await ordertrail("status", "--once", "--json");
      const { consumers }: StatusSeen = JSON.parse(stdout);
      expect(code).toBe(0);
      expect(consumers.map(({ name }) => name)).toEqual(expect.arrayContaining(["payment", "realtime.relay"]));
      for (const { state, lag } of consumers) {
        expect(state).toBe("running");
        expect(lag?.events ?? 0).toBe(0);
      }
    }, 60_000);
  });
});
