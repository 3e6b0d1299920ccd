import { describe, expect, test } from "vitest";
import type { CourierJob } from "../../../projections/views.ts";
import type { CourierAct } from "../../api/courier.ts";
import {
  answered,
  declined,
  expectedJob,
  isChecked,
  type Kept,
  NOTHING_KEPT,
  nextAct,
  noted,
  refusedPin,
  type Tap,
  withTap,
} from "./taps.ts";

const job: CourierJob = {
  orderId: "o1",
  number: "O1",
  attempt: 1,
  stage: "offered",
  promisedAt: "2026-11-21T10:00:00.000Z",
  ready: false,
  pickups: [],
  parts: 1,
};
const tap = (act: CourierAct, orderId = "o1", key = `${act} ${orderId}`): Tap => ({
  key,
  courierId: "c1",
  orderId,
  number: orderId.toUpperCase(),
  act,
  at: 1,
});
const kept = (...taps: readonly Tap[]): Kept => taps.reduce(withTap, NOTHING_KEPT);

describe("the job that is shown", () => {
  test("goes on with every tap, sent or not", () => {
    const taps: Tap[] = [];
    const ways = (["accept", "arrive", "pick-up"] as const).map((act) => {
      taps.push(tap(act));
      const shown = expectedJob(job, taps);
      return shown && [shown.stage, nextAct(shown)];
    });
    expect(ways).toEqual([
      ["accepted", "arrive"],
      ["arrived", "pick-up"],
      ["picked_up", "deliver"],
    ]);
    expect(expectedJob(job, [...taps, tap("deliver")])).toBeUndefined();
    expect(expectedJob(job, [tap("decline")])).toBeUndefined();
  });

  test("is never behind what the server has said, and not moved by taps of another order", () => {
    const further = { ...job, stage: "arrived" } as const;
    expect(expectedJob(further, [tap("accept"), tap("arrive")])?.stage).toBe("arrived");
    expect(expectedJob(job, [tap("accept", "o2"), tap("deliver", "o2")])).toBe(job);
    expect(expectedJob(undefined, [tap("accept")])).toBeUndefined();
  });
});

describe("what was tapped", () => {
  test("stays, in its order, until it is answered", () => {
    const two = kept(tap("accept"), tap("arrive"));
    expect(answered(two, tap("accept")).taps.map(({ act }) => act)).toEqual(["arrive"]);
    expect(answered(two, tap("decline"))).toEqual(two);
  });

  test("is told when it is refused, together with what came after it for the same order", () => {
    const all = kept(tap("arrive"), tap("pick-up"), tap("accept", "o2"), tap("deliver"));
    const after = declined(all, tap("pick-up"), "order_final", "the order has already ended");
    expect(after.taps.map(({ key }) => key)).toEqual(["arrive o1", "accept o2"]);
    expect(after.refused).toMatchObject([{ orderId: "o1", act: "pick-up", code: "order_final", dropped: 1 }]);
    expect(noted(after, "pick-up o1").refused).toEqual([]);
    expect(declined(after, tap("pick-up"), "order_final", "again")).toEqual(after);
  });

  test("comes back with its note when its PIN is refused, and never with the PIN", () => {
    const delivered: Tap = { ...tap("deliver"), pin: "1234", proof: "to Ms Weber" };
    expect([isChecked(delivered), isChecked(tap("deliver")), isChecked(tap("arrive"))]).toEqual([true, false, false]);
    const { taps, refused } = declined(kept(delivered), delivered, "pin_wrong", "this is not the customer's PIN");
    expect(expectedJob({ ...job, stage: "picked_up" }, taps)?.stage).toBe("picked_up");
    expect(refusedPin(refused, "o1")).toMatchObject({ code: "pin_wrong", proof: "to Ms Weber" });
    expect(JSON.stringify(refused)).not.toContain("1234");
    expect(refusedPin(refused, "o2")).toBeUndefined();
    expect(refusedPin(declined(kept(delivered), delivered, "order_final", "over").refused, "o1")).toBeUndefined();
  });
});
