import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../infra/consumers/testing/engines.ts";
import { StoreUnavailableError } from "../../infra/event-store/port.ts";
import type { Outside } from "../../infra/outside/outside.ts";
import { type OutsideWorld, startOutsideWorld } from "../../test/integration/outside-world.ts";
import { type Answer, answered, failed } from "./answer.ts";
import { type CircuitSeen, Guards } from "./guards.ts";
import { postJson } from "./post-json.ts";
import { probeHttp } from "./probe.ts";
import { declineFailure } from "./stripe-failures.ts";

const CALL_MS = 1_000;
const BERLIN: Outside = { system: "courier", place: "berlin" };
const PARIS: Outside = { system: "courier", place: "paris" };

let world: OutsideWorld;
let guards: Guards;

beforeEach(async () => {
  world = await startOutsideWorld();
  guards = guardsWith({});
});
afterEach(async () => {
  guards.close();
  await world.close();
});

function guardsWith({ timeoutMs = CALL_MS, atOnce = 4, probed = true }): Guards {
  const courier = (place: string) => probeHttp(world.url, place, CALL_MS);
  return new Guards({ timeoutMs, failures: 3, probeMs: 50, atOnce, probes: probed ? { courier } : {} });
}

const offer = (outside: Outside): Promise<Answer<unknown>> =>
  guards.call(outside, () => {
    const url = new URL(`${world.url}/${outside.place}/order`);
    return postJson({ url, body: "{}", timeoutMs: CALL_MS, gone: "driver_unavailable" });
  });

async function failThreeTimes(outside: Outside): Promise<void> {
  for (let i = 0; i < 3; i++) expect(await offer(outside)).toMatchObject({ ok: false });
}

describe("a circuit", () => {
  test("opens after so many transient failures in a row, and then answers at once without asking", async () => {
    world.turn("berlin", "down");
    await failThreeTimes(BERLIN);
    expect(guards.state(BERLIN)).toBe("open");
    expect(await offer(BERLIN)).toMatchObject({
      ok: false,
      failure: { class: "transient", type: "service_unavailable", notAsked: true },
    });
  });

  test("of one city is not that of another", async () => {
    world.turn("berlin", "down");
    await failThreeTimes(BERLIN);
    expect(await offer(PARIS)).toMatchObject({ ok: true });
    expect(guards.state(PARIS)).toBe("closed");
  });

  test("takes a no for an answer: what is permanent never counts", async () => {
    world.turn("berlin", 400);
    for (let i = 0; i < 10; i++) {
      expect(await offer(BERLIN)).toMatchObject({ ok: false, failure: { class: "permanent" } });
    }
    expect(guards.state(BERLIN)).toBe("closed");
  });

  test("is not opened by one card whose issuer is away, however often that card is tried", async () => {
    const issuerAway = declineFailure({ code: "card_declined", decline_code: "issuer_not_available" });
    for (let i = 0; i < 10; i++) {
      const answer = await guards.call({ system: "payment", place: "" }, async () => failed(issuerAway));
      expect(answer).toMatchObject({ ok: false, failure: { class: "transient" } });
    }
    expect(guards.state({ system: "payment", place: "" })).toBe("closed");
  });

  test("closes when the probe is answered, says so, and has let no call through before", async () => {
    const told: CircuitSeen[] = [];
    guards.onChange((seen) => told.push(seen));
    world.turn("berlin", "down");
    await failThreeTimes(BERLIN);
    world.turn("berlin", "up");
    await eventually(() => expect(guards.state(BERLIN)).toBe("closed"));
    expect(world.log).toEqual([]);
    expect(told).toMatchObject([
      { ...BERLIN, state: "open", failureType: "service_unavailable" },
      { ...BERLIN, state: "closed" },
    ]);
    expect(await offer(BERLIN)).toMatchObject({ ok: true });
  });

  test("stays open while the probe is not answered", async () => {
    world.turn("berlin", 503);
    await failThreeTimes(BERLIN);
    let probes = 0;
    guards.close();
    guards = new Guards({
      timeoutMs: CALL_MS,
      failures: 1,
      probeMs: 10,
      atOnce: 4,
      probes: {
        courier: (place) => {
          probes++;
          return probeHttp(world.url, place, CALL_MS);
        },
      },
    });
    await offer(BERLIN);
    await eventually(() => expect(probes).toBeGreaterThan(3));
    expect(guards.state(BERLIN)).toBe("open");
  });

  test("of a system without a probe lets one real call through now and then", async () => {
    guards = guardsWith({ probed: false });
    world.turn("berlin", "down");
    await failThreeTimes(BERLIN);
    expect(await offer(BERLIN)).toMatchObject({ ok: false, failure: { notAsked: true } });
    world.turn("berlin", "up");
    await eventually(async () => expect(await offer(BERLIN)).toMatchObject({ ok: true }));
    expect(guards.state(BERLIN)).toBe("closed");
  });
});

describe("a guarded call", () => {
  test("is given up after its time, which may mean that it was done", async () => {
    guards = guardsWith({ timeoutMs: 100 });
    world.turn("berlin", "hanging");
    const answer = await offer(BERLIN);
    expect(answer).toMatchObject({ ok: false, failure: { class: "transient", type: "service_unavailable" } });
    expect(answer.ok ? undefined : answer.failure.notAsked).toBeUndefined();
    const paid = await guards.call({ system: "payment", place: "" }, () => new Promise(() => undefined));
    expect(paid).toMatchObject({ ok: false, failure: { type: "payment_timeout" } });
  });

  test("waits for its turn beside too many, and is refused beside far too many; another city goes through", async () => {
    guards = guardsWith({ timeoutMs: 10_000, atOnce: 2 });
    world.turn("berlin", "hanging");
    const calls = Array.from({ length: 6 }, () => offer(BERLIN));
    await eventually(() => expect(world.most.get("berlin")).toBe(2));
    expect(await offer(PARIS)).toMatchObject({ ok: true });
    world.turn("berlin", "up");
    const answers = await Promise.all(calls);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(4);
    expect(answers.filter((answer) => !answer.ok && answer.failure.notAsked)).toHaveLength(2);
    expect(world.most.get("berlin")).toBe(2);
    expect(guards.state(BERLIN)).toBe("closed");
  });

  test("that throws is a failure of the outside, unless it is trouble or a mistake of ours", async () => {
    const throwing = (error: unknown) => guards.call(BERLIN, () => Promise.reject(error));
    expect(await throwing(new Error("odd"))).toMatchObject({
      ok: false,
      failure: { class: "transient", type: "unknown" },
    });
    await expect(throwing(new StoreUnavailableError("away"))).rejects.toThrow("away");
    await expect(throwing(new TypeError("cannot read properties of undefined"))).rejects.toThrow("cannot read");
  });

  test("hands the answer through as it is", async () => {
    expect(await guards.call(BERLIN, async () => answered(7))).toEqual({ ok: true, value: 7 });
    const declined = failed({ class: "permanent", type: "payment_declined", message: "no" });
    expect(await guards.call(BERLIN, async () => declined)).toBe(declined);
  });
});
