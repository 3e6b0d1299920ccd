import { expect, test } from "vitest";
import { MOST_TRIES, PinTries } from "./pin-tries.ts";

const tries = () => new PinTries((orderId) => (orderId === "o1" ? "0042" : "9999"));
const wrongs = Array.from({ length: MOST_TRIES }, (_, n) => `100${n}`);

test("the right PIN passes, also after a wrong one", () => {
  const pins = tries();
  pins.check("o1", "0042");
  expect(() => pins.check("o1", "4200")).toThrow(expect.objectContaining({ code: "pin_wrong" }));
  pins.check("o1", "0042");
});

test("the same wrong PIN, sent again and again, is one try", () => {
  const pins = tries();
  for (let n = 0; n < 3 * MOST_TRIES; n++) {
    expect(() => pins.check("o1", "4200")).toThrow(expect.objectContaining({ code: "pin_wrong" }));
  }
  pins.check("o1", "0042");
});

test("too many wrong ones spend the tries of this order, and of no other", () => {
  const pins = tries();
  for (const pin of wrongs.slice(1)) {
    expect(() => pins.check("o1", pin)).toThrow(expect.objectContaining({ code: "pin_wrong" }));
  }
  expect(() => pins.check("o1", "9999")).toThrow(expect.objectContaining({ code: "pin_tries_spent" }));
  expect(() => pins.check("o1", "0042")).toThrow(expect.objectContaining({ code: "pin_tries_spent" }));
  pins.check("o2", "9999");
});
