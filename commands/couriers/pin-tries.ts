import { timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { DeliveryPins } from "../../domain/order/delivery-pin.ts";
import { Refusal } from "../../domain/refusal.ts";

/** Different PINs that may be tried for one order. */
export const MOST_TRIES = 5;
/** Orders of which tries are remembered: many more than are at a door at once. */
const MOST_ORDERS = 20_000;

/**
 * Checks what couriers say the PIN of an order is, a few times for each order. The tries are counted in this process:
 * however many there are, they leave four digits far from being guessed.
 */
export class PinTries {
  readonly #pinOf: DeliveryPins;
  readonly #wrong = new LRUCache<string, Set<string>>({ max: MOST_ORDERS });

  constructor(pinOf: DeliveryPins) {
    this.#pinOf = pinOf;
  }

  /**
   * Throws Refusal `pin_wrong`, or `pin_tries_spent` once too many were wrong: then also for the right one. The same
   * wrong PIN counts once, however often it is sent.
   */
  check(orderId: string, pin: string): void {
    const wrong = this.#wrong.get(orderId) ?? new Set();
    if (wrong.size < MOST_TRIES && isSame(pin, this.#pinOf(orderId))) return;
    if (wrong.size < MOST_TRIES) this.#wrong.set(orderId, wrong.add(pin));
    const left = MOST_TRIES - wrong.size;
    if (left === 0) throw new Refusal("pin_tries_spent", "too many wrong PINs: deliver it with a note instead");
    throw new Refusal("pin_wrong", `this is not the customer's PIN; tries left: ${left}`);
  }
}

const isSame = (pin: string, right: string): boolean =>
  pin.length === right.length && timingSafeEqual(Buffer.from(pin), Buffer.from(right));
