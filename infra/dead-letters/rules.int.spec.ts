import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Engines, startEngines } from "../consumers/testing/engines.ts";
import { recorded } from "../consumers/testing/events.ts";
import { circuitsMigration } from "../outside/migration.ts";
import { deadLetterEffect, deadLetterEvent } from "./record.ts";
import { applyRules, rulesWaiting } from "./rules.ts";

let engines: Engines;
const NOW = Date.parse("2026-11-21T10:00:00.000Z");

beforeAll(async () => {
  engines = await startEngines([circuitsMigration]);
});
afterAll(() => engines.stop());
beforeEach(async () => {
  await engines.pool.query("TRUNCATE runner.dead_letters, runner.redrive_jobs, runner.circuits CASCADE");
});

const apply = (version: string, owned: readonly string[] = ["orders_g1", "payment"]) =>
  applyRules({ pool: engines.pool, owned: () => owned, version, perSecond: 20, now: NOW });

const POISON = { failureType: "invalid_message", failureClass: "poison", message: "", stack: "", attempts: 1 } as const;

const parkEvent = (error = "UnknownVersionError") =>
  deadLetterEvent(
    engines.pool,
    { ...POISON, error, consumer: "orders_g1", event: recorded(1, `order-${randomUUID()}`), version: "1.0.0" },
    NOW,
  );

const buryEffect = () =>
  deadLetterEffect(engines.pool, {
    consumer: "payment",
    orderId: randomUUID(),
    effectId: "payment.refund/1",
    payload: { outside: { system: "payment", place: "berlin" } },
    failureType: "service_unavailable",
    failureClass: "transient",
    message: "503",
    stack: "",
    attempts: 4,
    firstFailedAt: NOW,
    now: NOW,
    version: "1.0.0",
  });

const circuit = (state: "open" | "closed", since: string) =>
  engines.pool.query(
    `INSERT INTO runner.circuits (system, place, state, since, failure_type, waiting, instance, updated_at)
     VALUES ('payment', 'berlin', $1, clock_timestamp() + $2::interval, NULL, 0, 'w', clock_timestamp())
     ON CONFLICT (system, place) DO UPDATE SET state = excluded.state, since = excluded.since`,
    [state, since],
  );

const rulesOf = async (letterId: string) =>
  (
    await engines.pool.query<{ rule: string }>(
      `SELECT rule FROM runner.redrive_jobs AS job JOIN runner.redrive_items AS item ON item.job_id = job.id
       WHERE item.letter_id = $1 ORDER BY created_at`,
      [letterId],
    )
  ).rows.map(({ rule }) => rule);

/** As the owner of the consumer would: it failed again. */
const failAll = () => engines.pool.query("UPDATE runner.redrive_items SET state = 'failed' WHERE state = 'waiting'");

describe("what the program could not handle", () => {
  test("is tried by itself once by each other version of the program, and not by the one that failed", async () => {
    const letter = await parkEvent();
    expect(await apply("1.0.0")).toBe(0);
    expect(await apply("1.1.0")).toBe(1);
    await failAll();
    expect(await apply("1.1.0")).toBe(0);
    expect(await apply("1.2.0")).toBe(1);
    expect(await rulesOf(letter)).toEqual(["new-version", "new-version"]);
  });

  test("is left to the process that owns its consumer, so that the right version handles it", async () => {
    await parkEvent();
    expect(await apply("1.1.0", ["payment"])).toBe(0);
  });

  test("is not tried when it has ended the process, and not while somebody is at it", async () => {
    await parkEvent("ProcessKilled");
    expect(await apply("1.1.0")).toBe(0);
    await parkEvent();
    expect(await apply("1.1.0")).toBe(1);
    expect(await apply("1.2.0")).toBe(0);
  });
});

describe("what failed because an outside system did not answer", () => {
  test("is tried once whenever its circuit has closed since, and never while it is open", async () => {
    await circuit("closed", "-1 hour");
    const letter = await buryEffect();
    expect(await apply("1.0.0")).toBe(0);
    await circuit("open", "1 second");
    expect(await apply("1.0.0")).toBe(0);
    await circuit("closed", "2 seconds");
    expect(await apply("1.0.0")).toBe(1);
    await failAll();
    expect(await apply("1.0.0")).toBe(0);
    await circuit("closed", "3 seconds");
    expect(await apply("1.0.0")).toBe(1);
    expect(await rulesOf(letter)).toEqual(["outside-answers-again", "outside-answers-again"]);
  });
});

test("rules say how many letters wait for their cause", async () => {
  await parkEvent();
  await buryEffect();
  expect((await rulesWaiting(engines.pool)).map(({ name, waiting }) => [name, waiting])).toEqual([
    ["new-version", 1],
    ["outside-answers-again", 1],
  ]);
});
