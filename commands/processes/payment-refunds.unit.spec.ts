import fc from "fast-check";
import { expect, test } from "vitest";
import type { OrderEvent } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import { type Order, owedRefund } from "../../domain/order/state.ts";
import { toInstant } from "../../infra/clock.ts";
import { AT, EUR, happened, ORDER, orderOf } from "../../test/fixtures/order-examples.ts";
import { type Answer, answered, failed } from "../gateways/answer.ts";
import { Guards } from "../gateways/guards.ts";
import type { PaymentGateway, RefundRequest, RefundState } from "../gateways/payment-gateway.ts";
import type { FactRecorder } from "./facts.ts";
import { owedPayments } from "./payment-owed.ts";
import { Refunds } from "./payment-refunds.ts";

const CAPTURED = 2690;
const MINUTE = 60_000;

/** What goes wrong with the next request: the answer is lost after or before it was carried out, or it is refused. */
type Trouble = "none" | "lost" | "down" | "dropped_at_once";
type Step =
  | { readonly kind: "line"; readonly amount: number; readonly trouble: Trouble }
  | { readonly kind: "cancel"; readonly trouble: Trouble }
  | { readonly kind: "later"; readonly trouble: Trouble }
  /** The process dies between the refund and its record; `unseen`: its request reaches the gateway only after that. */
  | { readonly kind: "crash"; readonly unseen: boolean }
  /** The bank sends the last refund back. */
  | { readonly kind: "bank" };

/** The gateway as its contract says: one refund for each key, its first answer repeated, never more than was captured. */
class Books implements Pick<PaymentGateway, "refund" | "refunds"> {
  readonly made: RefundState[] = [];
  readonly #answers = new Map<string, RefundState>();
  trouble: Trouble = "none";
  /** The refund made last is not in the next list yet. */
  unseen = false;

  get given(): number {
    return this.made.filter(({ status }) => status !== "failed").reduce((sum, { amount }) => sum + amount.amount, 0);
  }

  async refunds(): Promise<Answer<readonly RefundState[]>> {
    if (this.trouble === "down") return LATER;
    const listed = this.unseen ? this.made.slice(0, -1) : this.made;
    this.unseen = false;
    return answered(listed.toReversed());
  }

  async refund({ amount, reference }: RefundRequest): Promise<Answer<RefundState>> {
    const { trouble } = this;
    if (trouble === "down") return LATER;
    const repeated = this.#answers.get(reference);
    if (repeated) return answered(repeated);
    if (this.given + amount.amount > CAPTURED) return failed({ ...NEVER, message: "more than was captured" });
    const status = trouble === "dropped_at_once" ? "failed" : "pending";
    const made: RefundState = { refund: `re_${this.made.length + 1}`, reference, amount, status };
    this.made.push(made);
    this.#answers.set(reference, made);
    return trouble === "lost" ? LATER : answered(made);
  }

  bankSendsBack(): void {
    const last = this.made.findLastIndex(({ status }) => status !== "failed");
    const made = this.made[last];
    if (made) this.made[last] = { ...made, status: "failed" };
  }
}

const LATER = failed({ class: "transient", type: "service_unavailable", message: "later" });
const NEVER = { class: "permanent", type: "invalid_message" } as const;

/** An order that is paid, the books of its gateway, and the process between them. */
class World {
  order: Order = orderOf([happened.placed("bakery"), happened.reserved(), happened.processing(), happened.paid()]);
  readonly books = new Books();
  readonly asked: string[] = [];
  now = Date.parse(AT);
  crashes = false;

  happened(event: OrderEvent): void {
    this.order = evolve(this.order, event, toInstant(this.now)) ?? this.order;
  }

  /** Does what is owed until nothing is, as the runner would; an effect that was done is never done again. */
  async settle(tries = 1): Promise<void> {
    for (let turn = 0; turn < tries; turn++) {
      const owed = owedPayments(this.order).find(({ id }) => id.startsWith("payment.refund/"));
      if (!owed) return;
      this.now = Math.max(this.now, owed.dueAt);
      expect(this.asked).not.toContain(owed.id);
      const died = !(await this.#perform(owed.id));
      if (!died) this.asked.push(owed.id);
    }
  }

  async #perform(id: string): Promise<boolean> {
    const facts = {
      record: async (...[, , , decide]: Parameters<FactRecorder["record"]>) => {
        if (this.crashes) {
          this.crashes = false;
          throw new Died();
        }
        for (const event of decide(this.order)) this.happened(event);
      },
    } as unknown as FactRecorder; // the one method that is used
    const gateway = this.books as unknown as PaymentGateway; // as above
    const guards = new Guards({ timeoutMs: 1_000, failures: 1_000, probeMs: 1, atOnce: 1 });
    const refunds = new Refunds({ gateway, facts, clock: { now: () => this.now }, guards, retryDelaysMs: [MINUTE] });
    try {
      await refunds.perform({ id, dueAt: this.now, orderId: ORDER, tries: 0, held: () => true }, this.order, "pi_1");
      return true;
    } catch (error) {
      if (error instanceof Died) return false;
      throw error;
    }
  }
}

class Died extends Error {}

const trouble = fc.constantFrom<Trouble>("none", "none", "lost", "down", "dropped_at_once");
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("line" as const), amount: fc.integer({ min: 1, max: 900 }), trouble }),
  fc.record({ kind: fc.constant("cancel" as const), trouble }),
  fc.record({ kind: fc.constant("later" as const), trouble }),
  fc.record({ kind: fc.constant("crash" as const), unseen: fc.boolean() }),
  fc.constant({ kind: "bank" as const }),
);

async function run(steps: readonly Step[]): Promise<World> {
  const world = new World();
  for (const one of steps) {
    if (one.kind === "bank") {
      world.books.bankSendsBack();
      continue;
    }
    if (one.kind === "line") {
      world.happened({
        type: "order.line_removed",
        data: { fulfilmentId: "1.1", sku: "tart", refund: EUR(one.amount), reason: "missing" },
      });
    }
    if (one.kind === "cancel") world.happened(happened.cancelled());
    world.crashes = one.kind === "crash";
    world.books.trouble = one.kind === "crash" ? "none" : one.trouble;
    const before = world.books.made.length;
    await world.settle();
    if (one.kind === "crash" && world.crashes === false) {
      world.books.unseen = one.unseen && world.books.made.length > before;
    }
    world.crashes = false;
    expect(world.books.given).toBeLessThanOrEqual(CAPTURED);
  }
  world.books.trouble = "none";
  await world.settle(50);
  return world;
}

/** What the order owes in the end, whatever way it took. */
const due = ({ order }: World): number =>
  order.ended ? CAPTURED : Math.min(order.payment.owedForLines, order.payment.captured);

test("whatever goes wrong, never more is given back than was captured, and in the end exactly what is owed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const world = await run(steps);
      expect(owedRefund(world.order)).toBe(0);
      // What the bank sent back and nobody has reported yet is found when the gateway is next asked, or reconciled.
      const unreported = world.books.made.filter(
        ({ refund, status }) =>
          status === "failed" &&
          world.order.payment.refunds.includes(refund) &&
          !world.order.payment.failedRefunds.includes(refund),
      );
      const missing = unreported.reduce((sum, { amount }) => sum + amount.amount, 0);
      expect(world.books.given + missing).toBe(due(world));
    }),
    { numRuns: 500 },
  );
});

test("two lines one after the other are two refunds, and a cancellation after them gives back exactly the rest", async () => {
  const world = await run([
    { kind: "line", amount: 300, trouble: "none" },
    { kind: "line", amount: 450, trouble: "none" },
    { kind: "cancel", trouble: "none" },
  ]);
  expect(world.books.made.map(({ amount }) => amount.amount)).toEqual([300, 450, CAPTURED - 750]);
});

test("a refund that was made while its answer was lost is found, and only what is still missing is given back", async () => {
  const world = await run([
    { kind: "line", amount: 300, trouble: "lost" },
    { kind: "cancel", trouble: "none" },
  ]);
  expect(world.books.made.map(({ amount }) => amount.amount)).toEqual([300, CAPTURED - 300]);
});

test("a refund that the bank sends back is made again, once, under another reference", async () => {
  const world = await run([{ kind: "cancel", trouble: "none" }, { kind: "bank" }]);
  world.happened({
    type: "payment.refund_failed",
    data: { attempt: 1, failureType: "unknown", refund: "re_1", amount: EUR(CAPTURED) },
  });
  await world.settle(5);
  expect(world.books.made.map(({ status, amount }) => [status, amount.amount])).toEqual([
    ["failed", CAPTURED],
    ["pending", CAPTURED],
  ]);
  expect(new Set(world.books.made.map(({ reference }) => reference)).size).toBe(2);
});
