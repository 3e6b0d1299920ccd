import { readFileSync } from "node:fs";
import type { EventStoreDBClient } from "@eventstore/db-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EventNodeProcess, startEventNodeProcess } from "./event-node-process.ts";

interface World {
  normalise(value: unknown): unknown;
}
type Case = (world: World) => Promise<unknown>;
/** The fixtures are plain JavaScript; this is what is used of them. */
interface Fixtures {
  cases: Record<string, Case>;
  connect(): EventStoreDBClient;
  world(client: EventStoreDBClient): World;
}

const fixture = (name: string) => new URL(`./golden/${name}`, import.meta.url);
const golden: Record<string, unknown> = JSON.parse(readFileSync(fixture("golden.json"), "utf8"));

let node: EventNodeProcess | undefined;
let fixtures: Fixtures;
let equal = 0;

beforeAll(async () => {
  if (!process.env.EVENTSTORE_URL) {
    node = await startEventNodeProcess();
    // The cases read the address when they are loaded.
    process.env.EVENTSTORE_URL = node.url;
  }
  const [{ cases }, { connect, world }] = await Promise.all([
    import(fixture("cases.mjs").href),
    import(fixture("lib.mjs").href),
  ]);
  fixtures = { cases, connect, world };
});

afterAll(async () => {
  console.log(`event-store-golden: ${equal} of ${Object.keys(golden).length} equal`);
  if (!node) return;
  delete process.env.EVENTSTORE_URL;
  await node.remove();
});

describe("the event store answers as the real server was recorded to", () => {
  for (const [name, recorded] of Object.entries(golden)) {
    it(name, async () => {
      const client = fixtures.connect();
      const world = fixtures.world(client);
      const run = fixtures.cases[name];
      if (!run) throw new Error(`no case of that name: ${name}`);
      // A record came through JSON, and so must what is compared with it.
      const answer = JSON.parse(JSON.stringify(world.normalise(await run(world))));
      await client.dispose();
      expect(answer).toEqual(recorded);
      equal++;
    });
  }
});
