import { randomUUID } from "node:crypto";
import { tokenFor } from "../../system.ts";
import type { ClientRecord } from "../world/client-record.ts";

/** How one placing was answered. */
export type Answer = "accepted" | "refused plainly" | "answered badly";

export interface Attempt {
  readonly customer: string;
  readonly key: string;
  readonly answer: Answer;
  /** The status and, of a refusal, its code; or why there was none. */
  readonly detail: string;
  readonly tookMs: number;
}

const WITHIN_MS = 20_000;

/**
 * Customers who place an order once and look closely at the answer: it is either an order, or a problem document that says
 * "not now" and when to come again. What was refused is repeated later under the same key.
 */
export class PlacingAttempts {
  readonly attempts: Attempt[] = [];
  readonly #base: string;
  readonly #record: ClientRecord;
  readonly #tokens = new Map<string, string>();
  #begun = 0;

  constructor(base: string, record: ClientRecord) {
    this.#base = base;
    this.#record = record;
  }

  /** A customer who has an account, and whom nobody has seen order yet. */
  async newCustomer(): Promise<string> {
    const customer = randomUUID();
    this.#tokens.set(customer, await tokenFor(this.#base, "customer", { id: customer }));
    return customer;
  }

  /** Places one order and notes how it was answered. */
  async place(customer: string): Promise<Attempt> {
    const attempt = await this.#send(customer, `outage-${this.#begun++}`);
    this.attempts.push(attempt);
    return attempt;
  }

  /** Repeats what was not accepted, each under its key. Returns how often that was refused again. */
  async repeatRefused(): Promise<number> {
    let refused = 0;
    for (const { customer, key, answer } of this.attempts) {
      if (answer !== "accepted" && (await this.#send(customer, key)).answer !== "accepted") refused++;
    }
    return refused;
  }

  async #send(customer: string, key: string): Promise<Attempt> {
    const begun = performance.now();
    const done = (answer: Answer, detail: string): Attempt => {
      return { customer, key, answer, detail, tookMs: Math.round(performance.now() - begun) };
    };
    try {
      const response = await fetch(`${this.#base}/api/orders`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${this.#tokens.get(customer)}`,
          "content-type": "application/json",
          "idempotency-key": key,
        },
        body: JSON.stringify({
          siteId: "trattoria-lina",
          lines: [{ sku: "lasagne", quantity: 1 }],
          contact: { name: "Ida Drill", email: `${customer}@example.org`, address: "Torstr. 1, Berlin" },
        }),
        signal: AbortSignal.timeout(WITHIN_MS),
      });
      const body = (await response.json()) as Readonly<Record<string, unknown>>;
      if (response.status === 200 || response.status === 201) {
        const { id, revision, position, status } = body;
        const orderId = String(id);
        const told = { orderId, command: "place", revision: String(revision), position: String(position) };
        this.#record.placed.set(orderId, { ...told, status: String(status), buyer: "pays" });
        return done("accepted", `${response.status}`);
      }
      const comeAgain = Number(response.headers.get("retry-after"));
      const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json") ?? false;
      const plain = response.status === 503 && comeAgain > 0 && isProblem && body.code === "unavailable";
      return done(plain ? "refused plainly" : "answered badly", `${response.status} ${body.code ?? ""}`);
    } catch (error) {
      return done("answered badly", error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }
}
