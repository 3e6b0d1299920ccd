import { afterAll, beforeAll, expect, test } from "vitest";
import { type Engines, eventually, startEngines } from "../../infra/consumers/testing/engines.ts";
import { createLog } from "../../infra/log.ts";
import { bringForward, keepCalendar } from "./calendar.ts";
import { reconciliationMigration } from "./migration.ts";

const HOUR = 3_600_000;
let engines: Engines;
beforeAll(async () => {
  engines = await startEngines([reconciliationMigration]);
});
afterAll(() => engines.stop());

/** Processes that keep one calendar by one clock; each time of work is noted with who did it. */
function keepers(name: string) {
  let ahead = 0;
  const worked: string[] = [];
  const clock = { now: () => Date.now() + ahead };
  const running = new Map<string, { ending: AbortController; done: Promise<void> }>();
  return {
    worked,
    forward: (ms: number) => {
      ahead += ms;
    },
    start(instance: string, work: () => Promise<void> = async () => {}) {
      const ending = new AbortController();
      const done = keepCalendar({
        name,
        everyMs: HOUR,
        pool: engines.pool,
        clock,
        instance,
        leaseMs: 600,
        log: createLog("test", "silent"),
        signal: ending.signal,
        work: async () => {
          worked.push(instance);
          await work();
        },
      });
      running.set(instance, { ending, done });
    },
    async stop(instance: string) {
      running.get(instance)?.ending.abort();
      await running.get(instance)?.done;
    },
    planned: async () => {
      const { rows } = await engines.pool.query<{ next_at: Date }>(
        "SELECT next_at FROM reconciliation.calendar WHERE name = $1",
        [name],
      );
      if (!rows[0]) throw new Error("nothing is planned yet");
      return rows[0].next_at.getTime();
    },
    now: () => clock.now(),
  };
}

test("work is done when its time has come by the business's clock, once, by one of several processes", async () => {
  const kept = keepers("one-of-several");
  kept.start("a");
  kept.start("b");
  await eventually(kept.planned);
  expect(kept.worked).toEqual([]);
  kept.forward(HOUR + 1);
  await eventually(async () => expect(kept.worked).toHaveLength(1));
  kept.forward(3 * HOUR);
  await eventually(async () => expect(kept.worked).toHaveLength(2));
  expect(await kept.planned()).toBeGreaterThan(kept.now());
  await Promise.all([kept.stop("a"), kept.stop("b")]);
  expect(kept.worked).toHaveLength(2);
});

test("what was missed while nobody was there is done once by whoever comes next", async () => {
  const kept = keepers("missed");
  kept.start("a");
  await eventually(kept.planned);
  await kept.stop("a");
  kept.forward(50 * HOUR);
  kept.start("b");
  await eventually(async () => expect(kept.worked).toEqual(["b"]));
  await kept.stop("b");
});

test("work that fails is done again at its next time", async () => {
  const kept = keepers("fails");
  kept.start("a", async () => {
    throw new Error("the gateway does not answer");
  });
  await eventually(kept.planned);
  for (const times of [1, 2]) {
    kept.forward(HOUR + 1);
    await eventually(async () => expect(kept.worked).toHaveLength(times));
  }
  await kept.stop("a");
});

test("work that somebody asks for is done at once, and afterwards by the calendar again", async () => {
  const kept = keepers("asked-for");
  kept.start("a");
  await eventually(kept.planned);
  await bringForward(engines.pool, "asked-for", kept.now());
  await eventually(() => expect(kept.worked).toEqual(["a"]));
  expect(await kept.planned()).toBeGreaterThan(kept.now() + HOUR / 2);
  await kept.stop("a");
  expect(kept.worked).toEqual(["a"]);
});
