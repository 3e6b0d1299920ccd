import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Engines, startEngines } from "../../infra/consumers/testing/engines.ts";
import { migrate } from "../../infra/postgres/migrations.ts";
import { MIGRATIONS } from "../database/migrations.ts";
import type { Finding } from "./finding.ts";

const PROGRAM = new URL("../ordertrail.ts", import.meta.url).pathname;
const DEAF = ["DATABASE_URL", "EVENTSTORE_URL", "NATS_URL", "PAYMENT_URL", "RESTAURANT_URL", "COURIER_URL"];

let engines: Engines;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-doctor-"));
  engines = await startEngines();
});
afterAll(async () => {
  await engines.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
}

function doctor(args: readonly string[], env: Record<string, string>): Promise<Outcome> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !DEAF.includes(name)));
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [PROGRAM, "doctor", ...args],
      { env: { ...clean, ORDERTRAIL_DATA: folder, PORT: "1", ...env }, timeout: 40_000 },
      (error, stdout) => resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout }),
    );
  });
}

async function findings(env: Record<string, string>): Promise<{ code: number; of(area: string): Finding[] }> {
  const { code, stdout } = await doctor(["--json"], env);
  const said: { findings: Finding[] } = JSON.parse(stdout);
  return { code, of: (area) => said.findings.filter((finding) => finding.area === area) };
}

const levels = (found: readonly Finding[]) => found.map(({ level }) => level);
const withEngines = () => ({ DATABASE_URL: engines.databaseUrl, EVENTSTORE_URL: engines.storeUrl });

describe("ordertrail doctor", () => {
  test("works where there is nothing at all: a problem for each part, each with what to do", async () => {
    const { code, of } = await findings({});
    expect(code).toBe(1);
    for (const area of ["postgres", "event store", "system", "consumers", "outside"]) {
      expect(levels(of(area))).toContain("problem");
      for (const finding of of(area)) if (finding.level === "problem") expect(finding.fix).toMatch(/\S/);
    }
    expect(levels(of("machine"))).not.toContain("problem");
  });

  test("comes to its end when every server takes the connection and never answers", async () => {
    const sockets: Socket[] = [];
    const silent: Server = createServer((socket) => {
      socket.on("error", () => undefined);
      sockets.push(socket);
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const there = `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    try {
      const { code, of } = await findings({
        DATABASE_URL: `postgresql://u:p@${there}/x`,
        EVENTSTORE_URL: `esdb://${there}?tls=false`,
        NATS_URL: `nats://${there}`,
        PAYMENT_URL: `http://${there}`,
      });
      expect(code).toBe(1);
      for (const area of ["postgres", "event store", "nats", "consumers"]) {
        expect(levels(of(area))).toContain("problem");
      }
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });

  test("says the versions of engines that answer, their clocks, and which steps of the schema are missing", async () => {
    const { of } = await findings(withEngines());
    expect(of("postgres").map(({ level, what }) => `${level} ${what}`)).toEqual([
      expect.stringMatching(/^ok PostgreSQL \d+\.\d+ at /),
      expect.stringMatching(/^ok clock agrees/),
      expect.stringMatching(/^problem \d+ of \d+ steps of the schema are missing/),
    ]);
    expect(levels(of("event store"))).toEqual(["ok", "ok", "ok"]);
  });

  test("sees consumers that nobody runs, their lag, and parked streams", async () => {
    await migrate(engines.databaseUrl, MIGRATIONS);
    await engines.pool.query(
      `INSERT INTO runner.positions (name, epoch, updated_at) VALUES ('payment', 1, clock_timestamp())
       ON CONFLICT DO NOTHING`,
    );
    await engines.pool.query(
      `INSERT INTO runner.dead_letters (consumer, stream, event_id, revision, commit, prepare, type, payload, failure_type,
         failure_class, message, stack, attempts, first_failed_at, last_failed_at)
       VALUES ('payment', 'order-1', gen_random_uuid(), 0, 0, 0, 'order.placed', '{}', 'Error', 'poison', 'no such thing',
         '', 1, now(), now()) ON CONFLICT DO NOTHING`,
    );
    const { code, of } = await findings(withEngines());
    expect(code).toBe(1);
    expect(of("postgres").at(-1)?.what).toMatch(/^schema up to date/);
    const said = of("consumers").map(({ level, what }) => `${level} ${what}`);
    expect(said).toContain("problem nobody runs payment");
    expect(said).toContainEqual(
      expect.stringMatching(/^warning 1 parked streams.*order-1 at payment \(no such thing\)/),
    );
  });

  test("without --json prints a line for each finding, and how many are to be mended", async () => {
    const { code, stdout } = await doctor([], {});
    expect(code).toBe(1);
    expect(stdout).toMatch(/^problem {2}postgres +its address is not known$/m);
    expect(stdout).toMatch(/\n\d+ problems, \d+ warnings?\n$/);
  });
});
