import { expect, test } from "vitest";
import { deliveryPins, PIN, PIN_CHECKED, proofOf } from "./delivery-pin.ts";

const key = (byte: number) => new Uint8Array(32).fill(byte);
const orders = Array.from({ length: 2_000 }, (_, n) => `order ${n}`);

test("the PIN of an order is four digits, and always the same", () => {
  const pins = orders.map(deliveryPins(key(1)));
  expect(pins.every((pin) => PIN.test(pin))).toBe(true);
  expect(orders.map(deliveryPins(key(1)))).toEqual(pins);
  expect(pins.some((pin) => pin.startsWith("0"))).toBe(true);
});

test("orders have PINs of their own, and so have installations", () => {
  const pins = orders.map(deliveryPins(key(1)));
  const others = orders.map(deliveryPins(key(2)));
  expect(new Set(pins).size).toBeGreaterThan(1_700);
  expect(pins.filter((pin, n) => pin === others[n]).length).toBeLessThan(10);
});

test("the stored proof says that the PIN was checked, never the PIN", () => {
  expect(proofOf(true, undefined)).toBe(PIN_CHECKED);
  expect(proofOf(true, "at the reception")).toBe(`${PIN_CHECKED}; at the reception`);
  expect(proofOf(false, "at the door")).toBe("at the door");
  expect(proofOf(false, undefined)).toBeUndefined();
});
