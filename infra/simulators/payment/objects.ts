import type { Line } from "../base/journal.ts";

export type IntentStatus = "requires_payment_method" | "requires_confirmation" | "succeeded" | "canceled";

export interface PaymentError {
  readonly type: "card_error";
  readonly code: string;
  readonly decline_code?: string;
  readonly message: string;
  /** The failed charge. */
  readonly charge?: string;
}

/** The part of Stripe's objects that their SDK's callers look at. Amounts are minor units, times epoch seconds. */
export interface Intent {
  readonly id: string;
  readonly object: "payment_intent";
  readonly amount: number;
  readonly amount_received: number;
  readonly currency: string;
  readonly status: IntentStatus;
  readonly payment_method: string | null;
  readonly last_payment_error: PaymentError | null;
  readonly latest_charge: string | null;
  readonly canceled_at: number | null;
  readonly cancellation_reason: string | null;
  readonly capture_method: "automatic";
  readonly created: number;
  readonly description: string | null;
  readonly livemode: false;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Charge {
  readonly id: string;
  readonly object: "charge";
  readonly amount: number;
  readonly amount_refunded: number;
  readonly captured: boolean;
  readonly created: number;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly paid: boolean;
  readonly payment_intent: string;
  readonly status: "succeeded" | "failed";
}

export interface Refund {
  readonly id: string;
  readonly object: "refund";
  readonly amount: number;
  readonly charge: string;
  readonly created: number;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly payment_intent: string;
  readonly reason: string | null;
  /** A refund that the customer's bank sends back fails days after it succeeded. */
  readonly status: "succeeded" | "failed";
  readonly failure_reason?: string;
}

/** Something that has happened at the gateway without anybody asking. */
export interface GatewayEvent {
  readonly id: string;
  readonly object: "event";
  readonly type: "refund.failed";
  readonly created: number;
  readonly data: { readonly object: Refund };
}

/** What a request changes: an object as it is now, or that the answer is remembered under an idempotency key. */
export type PaymentChange =
  | { readonly put: Intent | Charge | Refund }
  | { readonly remember: { readonly key: string; readonly signature: string } };

/** An answer that is repeated for its idempotency key. */
export interface Remembered {
  readonly signature: string;
  readonly status: number;
  readonly answer: unknown;
  readonly atMs: number;
}

/** All that the gateway knows. It grows with its journal: a simulator is for drills and development. */
export class PaymentState {
  readonly intents = new Map<string, Intent>();
  readonly charges = new Map<string, Charge>();
  readonly refunds = new Map<string, Refund>();
  readonly events: GatewayEvent[] = [];
  /** In the order in which the keys were first used. */
  readonly remembered = new Map<string, Remembered>();

  apply(line: Line<PaymentChange>): void {
    for (const change of line.changes) {
      if ("remember" in change) {
        const { key, signature } = change.remember;
        this.remembered.set(key, { signature, status: line.status, answer: line.answer, atMs: Date.parse(line.at) });
      } else if (change.put.object === "payment_intent") this.intents.set(change.put.id, change.put);
      else if (change.put.object === "charge") this.charges.set(change.put.id, change.put);
      else this.#putRefund(change.put, Date.parse(line.at));
    }
  }

  refundsOf(intent: string): Refund[] {
    return [...this.refunds.values()].filter((refund) => refund.payment_intent === intent).reverse();
  }

  #putRefund(refund: Refund, atMs: number): void {
    this.refunds.set(refund.id, refund);
    if (refund.status !== "failed") return;
    const created = Math.floor(atMs / 1000);
    this.events.push({
      id: `evt_${refund.id}`,
      object: "event",
      type: "refund.failed",
      created,
      data: { object: refund },
    });
  }
}
