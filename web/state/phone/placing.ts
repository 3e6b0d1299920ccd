import { signal } from "@preact/signals";
import type { CommandAnswer } from "../../api/endpoints.ts";
import { type PhoneOrder, postPhoneOrder } from "../../api/phone.ts";
import { ApiProblem, isPassing } from "../../api/problem.ts";
import { newId } from "../ids.ts";
import { change, draft, endCall } from "./draft.ts";

/** An order that was placed in this page, with what was said of it. */
export interface Placed {
  readonly answer: CommandAnswer;
  readonly said: string;
  readonly customerName: string;
}

export const placed = signal<Placed | undefined>(undefined);
/** Why the last try did not make an order; the basket is as it was. */
export const refusal = signal<unknown>(undefined);
export const isSending = signal(false);

/** Writes the order down with its key, and sends it. False when this browser keeps nothing: then nothing is sent. */
export async function placeOrder(body: PhoneOrder, said: string, customerName: string): Promise<boolean> {
  if (!change({ sending: { key: newId(), body, said, customerName } })) {
    change({ sending: undefined });
    return false;
  }
  await send();
  return true;
}

/** Sends what is on its way; the same key makes the same order, however often it is sent. */
export async function send(): Promise<void> {
  const { sending } = draft.value;
  if (!sending || isSending.value) return;
  isSending.value = true;
  refusal.value = undefined;
  try {
    const { data } = await postPhoneOrder(sending.body, sending.key);
    placed.value = { answer: data, said: sending.said, customerName: sending.customerName };
    endCall();
  } catch (error) {
    refusal.value = error;
    // Refused for good: no order was made, and the next try is another one.
    if (error instanceof ApiProblem && !isPassing(error) && error.status !== 401) change({ sending: undefined });
  } finally {
    isSending.value = false;
  }
}

/** Gives up an order that was not answered: it can be changed again. A try that did arrive stays an order. */
export function giveUp(): void {
  refusal.value = undefined;
  change({ sending: undefined });
}
