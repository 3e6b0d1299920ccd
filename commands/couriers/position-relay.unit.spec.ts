import { expect, test } from "vitest";
import { answered, failed } from "../gateways/answer.ts";
import { PositionRelay } from "./position-relay.ts";

const at = (courierId: string) => ({ courierId, lat: 52_500_000, lon: 13_400_000 });

test("a position is handed on once, and what comes while it is on its way is let go", async () => {
  const told: string[] = [];
  const waiting = Promise.withResolvers<void>();
  const relay = new PositionRelay({
    async moved({ courierId }) {
      told.push(courierId);
      await waiting.promise;
      return answered(undefined);
    },
  });
  const first = relay.pass(at("c1"), "Berlin");
  expect(await relay.pass(at("c1"), "Berlin")).toBe(false);
  const other = relay.pass(at("c2"), "Berlin");
  waiting.resolve();
  expect(await Promise.all([first, other])).toEqual([true, true]);
  expect(told).toEqual(["c1", "c2"]);
  expect(await relay.pass(at("c1"), "Berlin")).toBe(true);
});

test("an app that does not answer is overrun by nobody, and its failures are no courier's affair", async () => {
  const waiting = Promise.withResolvers<void>();
  let asked = 0;
  const relay = new PositionRelay({
    async moved() {
      asked++;
      await waiting.promise;
      return failed({ class: "transient", type: "service_unavailable", message: "no answer" });
    },
  });
  const all = Array.from({ length: 1_000 }, (_, n) => relay.pass(at(`c${n}`), "Berlin"));
  expect(asked).toBe(200);
  waiting.resolve();
  expect((await Promise.all(all)).some(Boolean)).toBe(false);
});
