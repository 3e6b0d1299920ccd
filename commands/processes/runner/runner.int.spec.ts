import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../../infra/consumers/testing/engines.ts";
import { StoreUnavailableError } from "../../../infra/event-store/port.ts";
import { readCircuits } from "../../../infra/outside/circuits-table.ts";
import { happened } from "../../../test/fixtures/order-examples.ts";
import { EFFECT, type Errand, type RunnerAtWork, startRunner } from "../../../test/integration/runner-at-work.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let runner: RunnerAtWork;

beforeAll(async () => {
  runner = await startRunner();
});
afterEach(() => runner.end());
afterAll(() => runner.stop());

const placeMany = (errand: Errand, count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => runner.place(errand)));

const askedIn = (city: string) => runner.world.log.filter((asked) => asked.city === city);

const isDone = (orderId: string) =>
  eventually(async () => expect(await runner.effect(orderId)).toMatchObject({ state: "done" }));

const circuitOf = async (city: string) => (await readCircuits(runner.engines.pool)).find(({ place }) => place === city);

describe("an outside system that is slow in one city", () => {
  test("holds up nothing in another", async () => {
    runner.world.turn("slowtown", "hanging");
    runner.start();
    await placeMany({ city: "slowtown" }, 40);
    await eventually(() => expect(runner.world.most.get("slowtown")).toBe(8));
    const quick = await placeMany({ city: "quickville" }, 20);
    await eventually(() => expect(askedIn("quickville")).toHaveLength(20));
    for (const orderId of quick) await isDone(orderId);
    expect(askedIn("slowtown")).toHaveLength(0);
    expect(runner.world.most.get("slowtown")).toBe(8);
    runner.world.turn("slowtown", "up");
    runner.forward(HOUR);
    await eventually(() => expect(new Set(askedIn("slowtown").map(({ orderId }) => orderId)).size).toBe(40));
  });
});

describe("an outside system that is down and comes back", () => {
  test("gets everything that waits by itself, before its planned time and never faster than the cap", async () => {
    const PER_SECOND = 25;
    runner.world.turn("downtown", "down");
    runner.start({ retriesPerSecond: PER_SECOND });
    const failed = await placeMany({ city: "downtown" }, 30);
    const planned = await placeMany({ city: "downtown", plannedMs: HOUR }, 20);
    await eventually(async () => {
      expect(await circuitOf("downtown")).toMatchObject({
        state: "open",
        failureType: "service_unavailable",
        waiting: 50,
      });
    });
    runner.world.turn("downtown", "up");
    const waiting = [...failed, ...planned];
    await eventually(() => expect(new Set(askedIn("downtown").map(({ orderId }) => orderId)).size).toBe(50));
    for (const orderId of waiting) await isDone(orderId);
    expect(askedIn("downtown")).toHaveLength(50);
    const times = askedIn("downtown").map(({ at }) => at);
    for (const [i, at] of times.entries()) {
      // In any second that begins with a request there are no more than the cap; the network may shift one by a little.
      expect(times.filter((other, j) => j >= i && other < at + 950).length).toBeLessThanOrEqual(PER_SECOND);
    }
    await eventually(async () => expect(await circuitOf("downtown")).toMatchObject({ state: "closed", waiting: 0 }));
  });

  test("gets what waits also when the process ended in between: its next life takes the open circuit up", async () => {
    runner.world.turn("oldtown", "down");
    runner.start();
    const orders = await placeMany({ city: "oldtown" }, 5);
    await eventually(async () => expect(await circuitOf("oldtown")).toMatchObject({ state: "open", waiting: 5 }));
    await runner.end();
    runner.start();
    runner.world.turn("oldtown", "up");
    for (const orderId of orders) await isDone(orderId);
    expect(askedIn("oldtown")).toHaveLength(5);
  });

  test("costs nobody a try while its circuit is open", async () => {
    runner.world.turn("newtown", "down");
    runner.start();
    const orders = await placeMany({ city: "newtown" }, 5);
    await eventually(async () => expect(await circuitOf("newtown")).toMatchObject({ state: "open", waiting: 5 }));
    for (let hour = 0; hour < 6; hour++) {
      runner.forward(HOUR);
      const due = async () => {
        for (const orderId of orders) {
          const effect = await runner.effect(orderId);
          expect(effect?.state).toBe("waiting");
          expect(Number(effect?.due_at)).toBeGreaterThan(runner.now());
        }
      };
      await eventually(due);
    }
    runner.world.turn("newtown", "up");
    for (const orderId of orders) await isDone(orderId);
    for (const orderId of orders) expect(await runner.letters(orderId)).toEqual([]);
  });
});

describe("an effect that fails", () => {
  const failing = (error: () => Error): Errand => ({ city: "berlin", perform: () => Promise.reject(error()) });

  test("on our own engines is tried again without end and never counted", async () => {
    let left = 6;
    runner.start();
    const orderId = await runner.place({
      city: "berlin",
      async perform() {
        if (left-- > 0) throw new StoreUnavailableError("away");
        return undefined;
      },
    });
    await eventually(async () => {
      runner.forward(2_000);
      expect(await runner.effect(orderId)).toMatchObject({ state: "done", tries: 0 });
    });
    expect(await runner.letters(orderId)).toEqual([]);
  });

  test("on the outside in a way that lasts becomes a dead letter after the configured tries, due times in the table", async () => {
    runner.world.turn("hamburg", 503);
    runner.start();
    const orderId = await runner.place({ city: "hamburg" });
    for (const [tries, delay] of [MINUTE, 5 * MINUTE, 15 * MINUTE].entries()) {
      await eventually(async () => expect(await runner.effect(orderId)).toMatchObject({ tries: tries + 1 }));
      const wait = Number((await runner.effect(orderId))?.due_at) - runner.now();
      expect(wait).toBeGreaterThan(0.75 * delay);
      expect(wait).toBeLessThan(1.21 * delay);
      // What is known of the tries outlives the process.
      await runner.end();
      runner.start();
      runner.forward(wait);
    }
    await eventually(async () => expect(await runner.effect(orderId)).toMatchObject({ state: "dead" }));
    expect(await runner.letters(orderId)).toMatchObject([
      {
        kind: "effect",
        effect_id: EFFECT,
        failure_class: "transient",
        failure_type: "service_unavailable",
        attempts: 4,
        state: "parked",
        payload: { id: EFFECT, outside: { system: "restaurant", place: "hamburg" } },
      },
    ]);
    expect(runner.performed.get(orderId)).toBe(4);
  });

  test("because our handler cannot deal with it is a dead letter at once, and no sweep brings it back", async () => {
    runner.start();
    const orderId = await runner.place(failing(() => new TypeError("cannot read properties of undefined")));
    await eventually(async () => expect(await runner.effect(orderId)).toMatchObject({ state: "dead", tries: 1 }));
    expect(await runner.letters(orderId)).toMatchObject([
      { failure_class: "poison", failure_type: "invalid_message", error: "TypeError", attempts: 1 },
    ]);
    const other = await runner.place({ city: "berlin" });
    await runner.append(orderId, happened.cancelled());
    await isDone(other);
    await runner.end();
    runner.start();
    await isDone(await runner.place({ city: "berlin" }));
    expect(runner.performed.get(orderId)).toBe(1);
  });
});

describe("a dead effect", () => {
  const broken: Errand = { city: "cologne", perform: () => Promise.reject(new TypeError("not thought of")) };
  const isDead = (orderId: string) =>
    eventually(async () => expect(await runner.effect(orderId)).toMatchObject({ state: "dead" }));

  test("that is redriven is carried out at once, with all its tries, and its order goes on", async () => {
    runner.start();
    const orderId = await runner.place(broken);
    await isDead(orderId);
    await runner.decide("redrive", orderId);
    await eventually(async () => expect(await runner.letters(orderId)).toMatchObject([{ state: "parked", round: 2 }]));
    runner.mend(orderId, { city: "cologne" });
    await runner.decide("redrive", orderId);
    await isDone(orderId);
    expect(await runner.letters(orderId)).toMatchObject([{ state: "redriven", attempts: 2 }]);
    expect(askedIn("cologne").filter((asked) => asked.orderId === orderId)).toHaveLength(1);
  });

  test("that is discarded is never carried out, also when the table of effects is made anew", async () => {
    runner.start();
    const orderId = await runner.place(broken);
    await isDead(orderId);
    await runner.decide("discard", orderId);
    await isDone(orderId);
    runner.mend(orderId, { city: "cologne" });
    await runner.end();
    await runner.engines.pool.query("DELETE FROM restaurant.effects");
    await runner.engines.pool.query("UPDATE restaurant.orders SET settled = false");
    runner.start();
    const other = await runner.place({ city: "cologne" });
    await isDone(other);
    await isDone(orderId);
    expect(runner.performed.get(orderId)).toBe(1);
  });
});

describe("an order that is stopped", () => {
  test("has its effects held, not lost, until a decision", async () => {
    runner.start();
    const orderId = await runner.place({ city: "berlin", plannedMs: HOUR });
    const other = await runner.place({ city: "berlin", plannedMs: MINUTE });
    for (const each of [orderId, other]) {
      await eventually(async () => expect(await runner.effect(each)).toMatchObject({ state: "waiting" }));
    }
    const letter = `INSERT INTO runner.dead_letters (consumer, stream, event_id, revision, commit, prepare, type, payload,
        failure_type, failure_class, message, stack, attempts, first_failed_at, last_failed_at)
      VALUES ('restaurant', 'order-' || $1::text, gen_random_uuid(), 7, 1, 1, 'order.cancelled', '{}', 'invalid_message',
        'poison', '', '', 1, now(), now())`;
    await runner.engines.pool.query(letter, [orderId]);
    // Found by a scan: the next one knows of the letter.
    runner.forward(MINUTE);
    await isDone(other);
    runner.forward(HOUR);
    await eventually(async () => expect(await runner.effect(orderId)).toMatchObject({ state: "held" }));
    expect(runner.performed.get(orderId)).toBeUndefined();
    await runner.engines.pool.query("UPDATE runner.dead_letters SET state = 'discarded' WHERE order_id = $1", [
      orderId,
    ]);
    await isDone(orderId);
    expect(runner.performed.get(orderId)).toBe(1);
  });
});

describe("what is done", () => {
  test("is removed a while after its order was settled, and is not done again when the order is touched later", async () => {
    runner.start();
    const orderId = await runner.place({ city: "munich" });
    await runner.append(orderId, happened.cancelled());
    await isDone(orderId);
    await eventually(async () => {
      runner.forward(HOUR);
      expect(await runner.effect(orderId)).toBeUndefined();
    });
    await runner.append(orderId, happened.refunded());
    await isDone(await runner.place({ city: "munich" }));
    const settled = "SELECT settled, compacted FROM restaurant.orders WHERE order_id = $1";
    await eventually(async () => {
      const { rows } = await runner.engines.pool.query(settled, [orderId]);
      expect(rows).toEqual([{ settled: true, compacted: [EFFECT] }]);
    });
    expect(runner.performed.get(orderId)).toBe(1);
  });
});
