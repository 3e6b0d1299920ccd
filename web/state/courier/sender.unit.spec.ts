import { expect, test } from "vitest";
import { ApiProblem, NoAnswer } from "../../api/problem.ts";
import { Sender } from "./sender.ts";
import { type Kept, NOTHING_KEPT, type Tap, withTap } from "./taps.ts";

const tap = (act: Tap["act"]): Tap => ({
  key: `key of ${act}`,
  courierId: "c1",
  orderId: "o1",
  number: "O1",
  act,
  at: 1,
});

/** A device with a network that answers each try as told; left out, with yes. */
function device(...answers: readonly (unknown | undefined)[]) {
  let kept: Kept = NOTHING_KEPT;
  const tried: string[] = [];
  const waitingFor: { act: () => void; ms: number }[] = [];
  const left = [...answers];
  const sender = new Sender({
    update: (change) => {
      kept = change(kept);
    },
    waiting: () => kept.taps,
    async post({ key }) {
      tried.push(key);
      const answer = left.shift();
      if (answer !== undefined) throw answer;
      return "7";
    },
    sent: () => {},
    later: (act, ms) => {
      waitingFor.push({ act, ms });
      return () => {};
    },
  });
  return {
    sender,
    tried,
    waitingFor,
    kept: () => kept,
    tap: (act: Tap["act"]) => {
      kept = withTap(kept, tap(act));
    },
  };
}

const cut = new NoAnswer("offline");
const no = new ApiProblem(409, "order_final", "The order has ended", undefined);

test("taps are sent in their order, with the keys they were tapped with, until each is answered", async () => {
  const { sender, tried, waitingFor, kept, ...phone } = device(cut, undefined, new NoAnswer("timeout"));
  for (const act of ["accept", "arrive", "pick-up"] as const) phone.tap(act);
  await sender.send();
  expect([tried, kept().taps.length]).toEqual([["key of accept"], 3]);
  await sender.send();
  expect(kept().taps.map(({ act }) => act)).toEqual(["arrive", "pick-up"]);
  await sender.send();
  expect(tried).toEqual(["key of accept", "key of accept", "key of arrive", "key of arrive", "key of pick-up"]);
  expect(kept()).toEqual(NOTHING_KEPT);
  expect(waitingFor.map(({ ms }) => ms)).toEqual([1_000, 1_000]);
});

test("it is tried again by itself, less and less often", async () => {
  const { sender, waitingFor, ...phone } = device(cut, cut, cut, cut, cut, cut);
  phone.tap("arrive");
  for (let n = 0; n < 6; n++) await sender.send();
  expect(waitingFor.map(({ ms }) => ms)).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

test("a refusal is kept to be told, and does not hold up other orders", async () => {
  const { sender, tried, kept, ...phone } = device(no);
  phone.tap("pick-up");
  phone.tap("deliver");
  await sender.send();
  expect(tried).toEqual(["key of pick-up"]);
  expect(kept()).toMatchObject({ taps: [], refused: [{ act: "pick-up", code: "order_final", dropped: 1 }] });
});

test("a server that cannot answer, or a token that has run out, loses no tap", async () => {
  const unavailable = new ApiProblem(503, "unavailable", "Unavailable", undefined);
  const { sender, kept, ...phone } = device(unavailable, new ApiProblem(401, "token_invalid", "No", undefined));
  phone.tap("arrive");
  await sender.send();
  await sender.send();
  expect(kept().taps).toHaveLength(1);
  await sender.send();
  expect(kept().taps).toHaveLength(0);
});
