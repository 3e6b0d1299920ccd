import type Stripe from "stripe";
import type { Money } from "../../domain/money/money.ts";
import { type Answer, answered } from "../gateways/answer.ts";
import { asAnswer, type StripeSettings, statusOf, stripeClient } from "../gateways/stripe-payment-gateway.ts";
import type { BookedIntent, BookedRefund, BookPage, PaymentBooks } from "./books.ts";

/** What Stripe gives in one answer at most. */
const PAGE = 100;

const money = (amount: number, currency: string): Money => ({ amount, currency: currency.toUpperCase() });
const idOf = (one: string | { readonly id: string } | null): string | undefined =>
  typeof one === "string" ? one : one?.id;

const intentOf = (intent: Stripe.PaymentIntent): BookedIntent => ({
  intent: intent.id,
  orderId: intent.metadata.orderId,
  status: statusOf(intent.status),
  captured: money(intent.status === "succeeded" ? intent.amount_received : 0, intent.currency),
  at: intent.created * 1000,
});

const refundOf = (refund: Stripe.Refund): BookedRefund => ({
  refund: refund.id,
  intent: idOf(refund.payment_intent),
  reference: refund.metadata?.reference,
  amount: money(refund.amount, refund.currency),
  status:
    refund.status === "succeeded"
      ? "succeeded"
      : refund.status === "failed" || refund.status === "canceled"
        ? "failed"
        : "pending",
  at: refund.created * 1000,
});

/** The books of Stripe, or of the simulator, at PAYMENT_URL. */
export class StripeBooks implements PaymentBooks {
  readonly #stripe: Stripe;

  constructor(config: StripeSettings) {
    this.#stripe = stripeClient(config);
  }

  intents(from: number, after: string | undefined): Promise<Answer<BookPage<BookedIntent>>> {
    return paged(() => this.#stripe.paymentIntents.list(since(from, after)), intentOf);
  }

  refunds(from: number, after: string | undefined): Promise<Answer<BookPage<BookedRefund>>> {
    return paged(() => this.#stripe.refunds.list(since(from, after)), refundOf);
  }

  /** Stripe tells of what happens later by events, which it keeps for 30 days. */
  failedRefunds(from: number, after: string | undefined): Promise<Answer<BookPage<BookedRefund>>> {
    return paged(
      () => this.#stripe.events.list({ ...since(from, after), type: "refund.failed" }),
      (event) => refundOf(event.data.object as Stripe.Refund), // what events of this type carry
    );
  }

  async intent(intent: string): Promise<Answer<BookedIntent | undefined>> {
    return await asAnswer(async () => {
      try {
        return intentOf(await this.#stripe.paymentIntents.retrieve(intent));
      } catch (error) {
        if ((error as { readonly code?: string }).code === "resource_missing") return undefined;
        throw error;
      }
    });
  }
}

const since = (from: number, after: string | undefined) => ({
  created: { gte: Math.floor(from / 1000) },
  limit: PAGE,
  ...(after !== undefined && { starting_after: after }),
});

async function paged<Listed extends { readonly id: string }, Entry>(
  list: () => Promise<Stripe.ApiList<Listed>>,
  read: (one: Listed) => Entry,
): Promise<Answer<BookPage<Entry>>> {
  const answer = await asAnswer(list);
  if (!answer.ok) return answer;
  const { data, has_more } = answer.value;
  return answered({ entries: data.map(read), next: has_more ? data.at(-1)?.id : undefined });
}
