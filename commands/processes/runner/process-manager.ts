import type { Order } from "../../../domain/order/state.ts";
import type { Outside } from "../../../infra/outside/outside.ts";

/** Something an order is owed: a call to the outside, a request to another stream, a deadline to be looked at. */
export interface Owed {
  /** The effect's identity within its order, by meaning: `payment.confirm/2`. Never used for anything else. */
  readonly id: string;
  /** When it is due, epoch milliseconds; from the order's events, never from a clock. */
  readonly dueAt: number;
  /** Effects of one lane run one at a time, in the order they became due; absent, they run beside each other. */
  readonly lane?: string | undefined;
  /** The outside system that it will ask, and where. Effects of one that is slow or down take no place of another's. */
  readonly outside?: Outside | undefined;
  /** `dueAt` is a planned retry: it may be carried out sooner when the circuit of its outside system closes. */
  readonly early?: boolean | undefined;
}

/** An effect that is carried out now. */
export interface Effect extends Owed {
  readonly orderId: string;
  /** Failed tries so far (errors that the process manager does not record itself). */
  readonly tries: number;
  /** False as soon as this process may no longer own the work: nothing may be written then. */
  held(): boolean;
}

/** Done, or to be done again at a time (epoch milliseconds). */
export type Performed = { readonly again: number } | undefined;

/**
 * A process manager: a pure function from an order's events to what it is owed, and how each effect is carried out.
 * It has no state that the events do not determine. `perform` runs at least once for each effect: it reloads the
 * order first (the runner does) and acts idempotently.
 */
export interface ProcessManager {
  /** Its consumer, its lease and its Postgres schema go by this name. */
  readonly name: "payment" | "restaurant" | "courier" | "stock" | "fraud" | "notification";
  /**
   * How long after a transaction events are gathered for the next one, in milliseconds: longer where nobody waits for
   * what follows. The first event after a quiet time never waits. Default 20.
   */
  readonly gatherMs?: number;
  handles(type: string): boolean;
  owed(order: Order): readonly Owed[];
  /** Carries out an effect that is still owed by `order`. What it throws is tried again with a growing delay. */
  perform(effect: Effect, order: Order): Promise<Performed>;
  /** Looks after what no single order shows. Called now and then; stops as soon as `held()` says no. */
  sweep?(held: () => boolean): Promise<void>;
}
