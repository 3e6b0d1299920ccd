/**
 * What may differ between the outside systems and the orders. `alarm`: money or goods are concerned, and a person has to
 * look at it. The text says what is so, for people.
 */
export const DIFFERENCES = {
  capture_not_in_order: { alarm: false, text: "the gateway has captured, and the order did not know" },
  capture_without_order: { alarm: true, text: "the gateway has captured for an order that does not exist" },
  captured_twice: { alarm: true, text: "the gateway has captured twice for one order" },
  captured_by_other_intent: { alarm: true, text: "the gateway has captured an intent that the order did not ask for" },
  amount_differs: { alarm: true, text: "the gateway has captured another amount than the order says" },
  paid_without_capture: { alarm: true, text: "the order says paid, and the gateway has captured nothing" },
  refund_not_in_order: { alarm: false, text: "the gateway has refunded, and the order did not know" },
  refund_failed_later: { alarm: false, text: "a refund came to nothing after it was made" },
  refund_without_order: { alarm: true, text: "the gateway has refunded what belongs to no order" },
  parcel_not_in_order: { alarm: false, text: "the carrier has booked, and the order did not know" },
  parcel_booked_twice: { alarm: true, text: "the carrier has booked twice for one fulfilment" },
  parcel_without_order: { alarm: true, text: "the carrier has booked for what is no fulfilment of an order" },
  parcel_of_ended_order: { alarm: true, text: "the carrier has a parcel of an order that has ended" },
  parcel_shipped_unseen: { alarm: false, text: "the carrier has shipped, and the order did not know" },
} as const satisfies Readonly<Record<string, { readonly alarm: boolean; readonly text: string }>>;

export type DifferenceKind = keyof typeof DIFFERENCES;

export const DIFFERENCE_KINDS = Object.keys(DIFFERENCES) as readonly DifferenceKind[]; // the object's own keys

/** Something that the outside world and an order say differently. Amounts are minor units. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** What the outside calls it: with the kind, its identity. */
  readonly reference: string;
  readonly orderId: string | undefined;
  /** What the order says, and what the outside says; undefined where it is not about money. */
  readonly inOrder: number | undefined;
  readonly outside: number | undefined;
  readonly currency: string | undefined;
  /** When it happened outside, epoch milliseconds. */
  readonly at: number;
}

/** A difference and what came of it. */
export interface Found extends Difference {
  /** The order has been told: a fact was appended. */
  readonly mended: boolean;
}

export const isAlarm = (kind: DifferenceKind): boolean => DIFFERENCES[kind].alarm;
