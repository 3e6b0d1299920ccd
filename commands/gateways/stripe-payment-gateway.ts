import Stripe from "stripe";
import type { Money } from "../../domain/money/money.ts";
import type { Config } from "../../infra/config.ts";
import { failpoint } from "../../infra/failpoints.ts";
import { type Answer, answered, failed } from "./answer.ts";
import {
  type IntentRequest,
  PAYMENT_STATUSES,
  type PaymentGateway,
  type PaymentState,
  type PaymentStatus,
  type RefundRequest,
  type RefundState,
} from "./payment-gateway.ts";
import { declineFailure, isStoredFault, isUnexpectedState, stripeFailure } from "./stripe-failures.ts";

/** Most refunds of one order that are looked through. */
const REFUND_PAGE = 100;
/** How many keys are tried for one call; each stands for a server fault that the gateway has stored. */
const MOST_KEYS = 16;

const toMoney = (amount: number, currency: string): Money => ({ amount, currency: currency.toUpperCase() });

/**
 * The port's word for Stripe's status. Of its further ones, one waits for the customer in person and so needs another
 * try with another method; what is left is under way in some manner that only a later look can tell.
 */
export function statusOf(status: Stripe.PaymentIntent.Status): PaymentStatus {
  const known = PAYMENT_STATUSES.find((name) => name === status);
  if (known !== undefined) return known;
  return status === "requires_action" ? "requires_payment_method" : "processing";
}

function stateOf(intent: Stripe.PaymentIntent): PaymentState {
  const status = statusOf(intent.status);
  const last = status === "succeeded" ? null : intent.last_payment_error;
  return last === null || last === undefined ? { status } : { status, lastError: declineFailure(last) };
}

function refundOf(refund: Stripe.Refund): RefundState {
  const gone = refund.status === "failed" || refund.status === "canceled";
  return {
    refund: refund.id,
    reference: refund.metadata?.reference,
    amount: toMoney(refund.amount, refund.currency),
    status: refund.status === "succeeded" ? "succeeded" : gone ? "failed" : "pending",
  };
}

/** The key was used before with other parameters, and what was asked with those is not under way any more. */
const isKeyOfAnother = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeIdempotencyError && error.code !== "idempotency_key_in_use";

/** Answers with what the call returns, or with the failure that the SDK's error means. Other errors are ours: thrown. */
export async function asAnswer<Value>(call: () => Promise<Value>): Promise<Answer<Value>> {
  try {
    return answered(await call());
  } catch (error) {
    const failure = stripeFailure(error);
    if (failure === undefined) throw error;
    return failed(failure);
  }
}

/**
 * Makes a call under its idempotency key. The gateway stores a server fault under the key like any other result, and
 * repeats it for 24 hours: then the call is made under the next key, which is derived and so the same for everybody.
 */
async function underKey<Value>(key: string, call: (key: string, nth: number) => Promise<Value>): Promise<Value> {
  for (let nth = 0; ; nth++) {
    try {
      return await call(nth === 0 ? key : `${key}:${nth}`, nth);
    } catch (error) {
      if (!isStoredFault(error) || nth + 1 >= MOST_KEYS) throw error;
    }
  }
}

/** What the SDK has to know of the configuration. */
export type StripeSettings = Pick<Config, "PAYMENT_URL" | "PAYMENT_API_KEY" | "OUTSIDE_TIMEOUT_MS">;

/**
 * Stripe's SDK, at PAYMENT_URL: Stripe itself or the simulator.
 *
 * The SDK's fetch client is used on purpose: with its Node client the SDK sends a request again by itself when the
 * connection closes, although retries are off, and a confirmation must never be sent twice unseen. Its timeout spans
 * the whole call, body included.
 */
export function stripeClient({ PAYMENT_URL, PAYMENT_API_KEY, OUTSIDE_TIMEOUT_MS }: StripeSettings): Stripe {
  const { hostname, port, protocol } = new URL(PAYMENT_URL);
  const plain = protocol === "http:";
  return new Stripe(PAYMENT_API_KEY, {
    protocol: plain ? "http" : "https",
    host: hostname,
    port: port === "" ? (plain ? 80 : 443) : Number(port),
    timeout: OUTSIDE_TIMEOUT_MS,
    maxNetworkRetries: 0,
    telemetry: false,
    httpClient: Stripe.createFetchHttpClient(),
  });
}

/** The payment gateway by the `stripe` SDK. */
export class StripePaymentGateway implements PaymentGateway {
  readonly #stripe: Stripe;

  constructor(config: StripeSettings) {
    this.#stripe = stripeClient(config);
  }

  async create(request: IntentRequest): Promise<Answer<{ readonly intent: string }>> {
    const { orderId, amount, paymentMethod, customerId } = request;
    failpoint("payment.before-create");
    const answer = await asAnswer(async () => {
      // An intent that is created and not stored by us is never confirmed, so one too many charges nobody.
      const intent = await underKey(`order:${orderId}`, (idempotencyKey) =>
        this.#stripe.paymentIntents.create(
          {
            amount: amount.amount,
            currency: amount.currency.toLowerCase(),
            payment_method: paymentMethod,
            automatic_payment_methods: { enabled: true, allow_redirects: "never" },
            metadata: { orderId, customerId },
          },
          { idempotencyKey },
        ),
      );
      return { intent: intent.id };
    });
    failpoint("payment.after-create");
    return answer;
  }

  retrieve(intent: string): Promise<Answer<PaymentState>> {
    return asAnswer(async () => stateOf(await this.#stripe.paymentIntents.retrieve(intent)));
  }

  async confirm(intent: string, paymentMethod: string): Promise<Answer<PaymentState>> {
    failpoint("payment.before-confirm");
    const answer = await this.#orAsItIs(intent, () =>
      // The customer is not there to prove who they are: what would ask for that is a decline.
      this.#stripe.paymentIntents.confirm(intent, { payment_method: paymentMethod, error_on_requires_action: true }),
    );
    failpoint("payment.after-confirm");
    return answer;
  }

  async cancel(intent: string): Promise<Answer<PaymentState>> {
    failpoint("payment.before-cancel");
    const answer = await this.#orAsItIs(intent, () => this.#stripe.paymentIntents.cancel(intent));
    failpoint("payment.after-cancel");
    return answer;
  }

  async refund({ intent, amount, reference }: RefundRequest): Promise<Answer<RefundState>> {
    failpoint("payment.before-refund");
    const answer = await asAnswer(() =>
      underKey(reference, async (idempotencyKey) => {
        // Keys are forgotten after a day and stored faults may hide a refund that was made: the list is the truth.
        const made = await this.#madeUnder(reference, intent);
        if (made !== undefined) return made;
        const create = async (key: string) =>
          refundOf(
            await this.#stripe.refunds.create(
              { payment_intent: intent, amount: amount.amount, metadata: { reference } },
              { idempotencyKey: key },
            ),
          );
        try {
          return await create(idempotencyKey);
        } catch (error) {
          if (!isKeyOfAnother(error)) throw error;
          // More is owed than when the key was first used. That request has ended by now: it is in the list, or was a
          // fault and never will be.
          return (await this.#madeUnder(reference, intent)) ?? (await create(`${idempotencyKey}:${amount.amount}`));
        }
      }),
    );
    failpoint("payment.after-refund");
    return answer;
  }

  refunds(intent: string): Promise<Answer<readonly RefundState[]>> {
    return asAnswer(() => this.#listRefunds(intent));
  }

  /** Whether the gateway answers: it is asked for an intent that does not exist, and a plain no is an answer. */
  async probe(): Promise<Answer<undefined>> {
    const answer = await asAnswer(() => this.#stripe.paymentIntents.retrieve("pi_probe"));
    return answer.ok || answer.failure.class === "permanent" ? answered(undefined) : answer;
  }

  async #madeUnder(reference: string, intent: string): Promise<RefundState | undefined> {
    const listed = await this.#listRefunds(intent);
    return listed.find((refund) => refund.reference === reference && refund.status !== "failed");
  }

  async #listRefunds(intent: string): Promise<readonly RefundState[]> {
    const page = await this.#stripe.refunds.list({ payment_intent: intent, limit: REFUND_PAGE });
    return page.data.map(refundOf);
  }

  /** The state after the call, or the state that made the call impossible. */
  #orAsItIs(intent: string, call: () => Promise<Stripe.PaymentIntent>): Promise<Answer<PaymentState>> {
    return asAnswer(async () => {
      try {
        return stateOf(await call());
      } catch (error) {
        if (!isUnexpectedState(error)) throw error;
        return stateOf(await this.#stripe.paymentIntents.retrieve(intent));
      }
    });
  }
}
