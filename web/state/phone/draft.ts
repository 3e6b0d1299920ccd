import { computed } from "@preact/signals";
import type { CustomerView, MenuItem } from "../../../projections/views.ts";
import type { PhoneOrder } from "../../api/phone.ts";
import type { ContactForm } from "../shop/contact.ts";
import { storedSignal } from "../stored.ts";

/** A line of the order that is being taken. What it is called and costs is kept for when the menu cannot be read. */
export interface DraftLine {
  readonly sku: string;
  readonly name: string;
  readonly unit: "each" | "g";
  readonly price: MenuItem["price"];
  readonly quantity: number;
  readonly note: string;
}

/** An order on its way: written down before it is sent, so that it is sent again as it was, and never twice. */
export interface Sending {
  readonly key: string;
  readonly body: PhoneOrder;
  /** What was said back to the customer. */
  readonly said: string;
  readonly customerName: string;
}

/** A contact that is being typed, for a new customer or for one that is there. */
export interface Typing {
  readonly customerId: string | undefined;
  readonly form: ContactForm;
}

/** All of a call: kept in this browser until the order is placed or the call is dropped. */
export interface Draft {
  readonly search: string;
  readonly customer: CustomerView | undefined;
  readonly typing: Typing | undefined;
  readonly method: "courier" | "parcel";
  /** A site that was chosen by hand; else the likeliest. */
  readonly siteId: string | undefined;
  readonly item: string;
  readonly lines: readonly DraftLine[];
  readonly paymentMethod: string;
  readonly sending: Sending | undefined;
}

const EMPTY: Draft = {
  search: "",
  customer: undefined,
  typing: undefined,
  method: "courier",
  siteId: undefined,
  item: "",
  lines: [],
  paymentMethod: "pm_card_visa",
  sending: undefined,
};

const kept = storedSignal<Partial<Draft>>("phone", {});

/** The call as it is now. */
export const draft = computed<Draft>(() => ({ ...EMPTY, ...kept.signal.value }));

export const change = (part: Partial<Draft>): boolean => kept.set({ ...draft.value, ...part });

/** The call is over: nothing of it stays in this browser. */
export const endCall = (): boolean => kept.set({});

/** Adds so many of an item; of one that is in the basket already, so many more. */
export function addItem(item: MenuItem, quantity: number): void {
  const { lines } = draft.value;
  const there = lines.find(({ sku }) => sku === item.sku);
  const { sku, name, unit, price } = item;
  if (there) setLine(sku, { quantity: there.quantity + quantity });
  else change({ lines: [...lines, { sku, name, unit, price, quantity, note: "" }] });
}

/** Changes a line; with a quantity of none it is taken out. */
export function setLine(sku: string, part: Partial<Pick<DraftLine, "quantity" | "note">>): void {
  change({
    lines: draft.value.lines
      .map((line) => (line.sku === sku ? { ...line, ...part } : line))
      .filter(({ quantity }) => quantity > 0),
  });
}
