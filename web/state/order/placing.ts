import { effect, signal } from "@preact/signals";
import type { Money } from "../../../domain/money/money.ts";
import { type OrderRequest, postOrder } from "../../api/endpoints.ts";
import { ApiProblem, isPassing } from "../../api/problem.ts";
import { principalAt, tokenOf } from "../auth.ts";
import { newId } from "../ids.ts";
import { emptyBasket } from "../shop/basket.ts";
import { readStored, storedSignal } from "../stored.ts";
import { type Expected, keepOrder, type OrderedLine } from "./own-orders.ts";

/**
 * An order on its way to the server. It is written down with its Idempotency-Key before anything is sent, so that a
 * reload, a lost connection or a second press repeats this order and never makes another.
 */
export interface Placing {
  readonly key: string;
  /** Who began it. The same key from somebody else would be another order. */
  readonly principal: string | undefined;
  readonly body: OrderRequest;
  readonly site: { readonly siteId: string; readonly name: string };
  readonly lines: readonly OrderedLine[];
  readonly total: Money;
  readonly expected?: Expected | undefined;
  readonly begunAt: string;
}

const NAME = "placing";
const stored = storedSignal<Placing | undefined>(NAME, undefined);

/** The order on its way, if there is one. */
export const placing = stored.signal;

/** How its sending goes. */
export type Sending =
  | { readonly state: "idle" }
  | { readonly state: "sending" }
  | { readonly state: "waiting"; readonly nextAt: number; readonly why: unknown }
  | { readonly state: "other_account" };

export const sending = signal<Sending>({ state: "idle" });

/** Why the last order was refused, with the site it was for; no order was made. */
export const refusal = signal<{ readonly siteId: string; readonly error: unknown } | undefined>(undefined);

/** Id of the order that was placed last by this page: where to go on. */
export const placed = signal<string | undefined>(undefined);

const principal = () => {
  const known = principalAt("shop");
  return known && `${known.role}:${known.id}`;
};

/** Writes an order down and sends it. Does nothing while one is on its way. False when it cannot be kept. */
export function place(order: Omit<Placing, "key" | "principal" | "begunAt">): boolean {
  if (placing.value ?? readStored<Placing>(NAME)) return true;
  refusal.value = placed.value = undefined;
  const begun = { ...order, key: newId(), principal: principal(), begunAt: new Date().toISOString() };
  if (!stored.set(begun)) {
    stored.signal.value = undefined;
    return false;
  }
  // What is written down is sent by `resumePlacing`, in this page or the next.
  return true;
}

/** Gives up an order that has not been answered. A try that did arrive stays an order. */
export function stopPlacing(): void {
  clearTimeout(timer);
  stored.set(undefined);
  sending.value = { state: "idle" };
}

let timer: ReturnType<typeof setTimeout> | undefined;
let tries = 0;

/** Sends what is written down, now; again and again until there is an answer. */
export async function send(): Promise<void> {
  const order = placing.value;
  if (!order || sending.value.state === "sending") return;
  clearTimeout(timer);
  sending.value = { state: "sending" };
  await tokenOf("shop");
  const caller = principal();
  if (order.principal !== undefined && caller !== undefined && caller !== order.principal) {
    sending.value = { state: "other_account" };
    return;
  }
  // From now on it is this caller's: written down before it is sent.
  if (order.principal === undefined && caller !== undefined) stored.set({ ...order, principal: caller });
  try {
    const { data } = await postOrder(order.body, order.key);
    tries = 0;
    keepOrder({
      id: data.id,
      revision: data.revision,
      status: data.status,
      position: data.position,
      warning: data.warning,
      placedAt: data.at ?? order.begunAt,
      placedBy: caller,
      site: order.site,
      lines: order.lines,
      total: order.total,
      expected: order.expected,
    });
    emptyBasket(order.site.siteId);
    stored.set(undefined);
    sending.value = { state: "idle" };
    placed.value = data.id;
  } catch (error) {
    failed(order, error);
  }
}

function failed(order: Placing, error: unknown): void {
  if (error instanceof ApiProblem && !isPassing(error) && error.status !== 401) {
    stored.set(undefined);
    sending.value = { state: "idle" };
    refusal.value = { siteId: order.site.siteId, error };
    return;
  }
  tries += 1;
  const pause = Math.min(30_000, 1_000 * 2 ** Math.min(tries, 5)) * (0.8 + Math.random() * 0.4);
  sending.value = { state: "waiting", nextAt: Date.now() + pause, why: error };
  timer = setTimeout(send, pause);
}

/** Goes on with an order that an earlier page left behind, and whenever the connection comes back. */
export function resumePlacing(): void {
  addEventListener("online", () => void send());
  effect(() => {
    if (placing.value && sending.peek().state === "idle") queueMicrotask(send);
  });
}
