import { signal } from "@preact/signals";
import { phoneWords } from "../messages/phone.ts";
import { basket, site } from "../state/phone/call.ts";
import { draft } from "../state/phone/draft.ts";
import { isSending, placeOrder, send } from "../state/phone/placing.ts";

/** What is missing, in a sentence; said once somebody wanted to place. */
export const missing = signal<string | undefined>(undefined);

/** What keeps the order from being placed now; undefined when nothing does. */
export function whatIsMissing(): string | undefined {
  const words = phoneWords.value;
  const { customer, lines, typing } = draft.value;
  if (typing !== undefined) return words.need.typing;
  if (customer === undefined) return words.need.customer;
  if (customer.held) return words.customer.heldSay;
  if (lines.length === 0) return words.need.lines;
  if (site.value === undefined) return words.need.site;
  if (customer.contact.address === undefined) return words.need.address;
  return basket.value.lines.some(({ fault }) => fault !== undefined) ? words.need.faults : undefined;
}

/** The order as one says it; undefined while there is nothing to say. */
export function sentence(): string | undefined {
  const { customer, method, typing } = draft.value;
  const { lines, total } = basket.value;
  // Whoever is being typed in is not yet whom the order is for.
  if (customer === undefined || typing !== undefined || lines.length === 0) return undefined;
  return phoneWords.value.spoken({
    lines: lines.map(({ name, quantity, unit, note }) => ({ name, amount: quantity, unit, note: note.trim() })),
    method,
    to: customer.contact.address,
    money: total,
  });
}

/** Places the order, or sends the one again that was not answered; says what is missing otherwise. */
export async function place(): Promise<void> {
  if (isSending.value) return;
  const { customer, lines, method, paymentMethod, sending } = draft.value;
  if (sending) return await send();
  missing.value = whatIsMissing();
  if (missing.value !== undefined || customer === undefined || site.value === undefined) return;
  const body = {
    customerId: customer.customerId,
    siteId: site.value.siteId,
    lines: lines.map(({ sku, quantity, note }) => ({ sku, quantity, note: note.trim() || undefined })),
    delivery: { method },
    paymentMethod,
    language: document.documentElement.lang === "de" ? ("de" as const) : ("en" as const),
  };
  const isKept = await placeOrder(body, sentence() ?? "", customer.contact.name);
  if (!isKept) missing.value = phoneWords.value.need.notKept;
}
