import type { Actor } from "../../domain/chain/envelope.ts";
import { fingerprint } from "../../domain/chain/ids.ts";
import type { LedgerCommand } from "../../domain/inventory/decide.ts";
import { record } from "../../domain/order/facts.ts";
import { extrasInUse, type FulfilmentState, type Order } from "../../domain/order/state.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import type { LedgerSequencer } from "../inventory/sequencer.ts";
import { type Goods, goodsOf, type Reservations } from "../orders/reservations.ts";
import type { FactRecorder } from "./facts.ts";
import type { Effect, Owed, Performed, ProcessManager } from "./runner/process-manager.ts";

const STOCK: Actor = { type: "system", id: "stock" };

/** What an order is owed by its ledgers. `recoverAfterMs`: how long the placing itself is left to reserve. */
export function owedStock(order: Order, recoverAfterMs: number): readonly Owed[] {
  const placedAt = Date.parse(order.placedAt);
  return order.fulfilments.flatMap((fulfilment) =>
    holdings(order, fulfilment).flatMap(({ reservation, reserved, released, serves }): Owed[] => {
      if (serves && fulfilment.ready) return reserved ? [{ id: `stock.consume/${reservation}`, dueAt: placedAt }] : [];
      if (!serves) {
        // Also what was never seen to be reserved is released: the reservation may be on its way.
        return released || !(order.ledgerAsked || reserved)
          ? []
          : [{ id: `stock.release/${reservation}`, dueAt: placedAt }];
      }
      return reserved ? [] : [{ id: `stock.reserve/${reservation}`, dueAt: placedAt + recoverAfterMs }];
    }),
  );
}

/** What a ledger has promised for a fulfilment, or is to promise. */
interface Holding extends Goods {
  readonly reserved: boolean;
  readonly released: boolean;
  /** Goods are made of it, or will be; else it is given back. */
  readonly serves: boolean;
}

/** The fulfilment's own goods and those of its substitutes. */
function holdings(order: Order, fulfilment: FulfilmentState): readonly Holding[] {
  const { siteId, extras, ready, rejected, replaced, reserved, released, unavailable } = fulfilment;
  // What is made is used up, whatever becomes of the order; a site that does not make it needs nothing for it.
  const serves = ready || (order.ended === undefined && !rejected && !replaced);
  const inUse = extrasInUse(fulfilment);
  return [
    { ...goodsOf(fulfilment), reserved, released, serves },
    ...extras.map((extra) => ({
      reservation: extra.reservation,
      siteId,
      lines: [{ sku: extra.sku, quantity: extra.quantity }],
      reserved: extra.reserved,
      released: extra.released,
      serves: serves && inUse.includes(extra) && (extra.reserved || !unavailable.includes(extra.sku)),
    })),
  ];
}

/** Brings ledgers and orders together: reserves what a placing left undone, releases what ended, consumes what is made. */
export class StockProcess implements ProcessManager {
  readonly name = "stock";
  /** It takes up what placing has left, and gives back what nobody waits for. */
  readonly gatherMs = 100;
  readonly #reservations: Reservations;
  readonly #ledgers: LedgerSequencer;
  readonly #facts: FactRecorder;
  readonly #clock: Clock;
  readonly #fingerprintKey: Uint8Array;
  readonly #recoverAfterMs: number;

  constructor(options: {
    readonly reservations: Reservations;
    readonly ledgers: LedgerSequencer;
    readonly facts: FactRecorder;
    readonly clock: Clock;
    readonly fingerprintKey: Uint8Array;
    readonly recoverAfterMs: number;
  }) {
    this.#reservations = options.reservations;
    this.#ledgers = options.ledgers;
    this.#facts = options.facts;
    this.#clock = options.clock;
    this.#fingerprintKey = options.fingerprintKey;
    this.#recoverAfterMs = options.recoverAfterMs;
  }

  handles(type: string): boolean {
    return (
      type.startsWith("order.") ||
      type.startsWith("stock.") ||
      type === "payment.failed" ||
      type === "restaurant.rejected" ||
      type === "kitchen.ready"
    );
  }

  owed(order: Order): readonly Owed[] {
    return owedStock(order, this.#recoverAfterMs);
  }

  async perform(effect: Effect, order: Order): Promise<Performed> {
    const [kind, fulfilmentId = ""] = effect.id.split("/");
    const goods = order.fulfilments
      .flatMap((fulfilment) => holdings(order, fulfilment))
      .find(({ reservation }) => reservation === fulfilmentId);
    if (!goods) return undefined;
    const { orderId, placedAt } = order;
    if (kind === "stock.reserve") {
      await this.#reservations.reserve(order, goods, effect.held);
      return undefined;
    }
    const type = kind === "stock.release" ? "release" : "consume";
    const answer = await this.#ask(goods.siteId, { type, orderId, fulfilmentId }, placedAt, effect.held);
    if (type === "consume") return undefined;
    const ledger = "ledger" in answer ? answer.ledger : "";
    const revision =
      answer.kind === "done" ? answer.own.events[0]?.revision : "revision" in answer ? answer.revision : 0n;
    const voided =
      answer.kind === "done"
        ? answer.own.events.some((event) => event.type === "ledger.voided")
        : answer.kind === "known" && answer.status === "voided";
    await this.#facts.record(effect, STOCK, { reference: `${orderId}:${fulfilmentId}`, result: "released" }, (state) =>
      record(state, {
        type: "stock.released",
        data: { fulfilmentId, ledger, ledgerRevision: (revision ?? 0n).toString(), voided },
      }),
    );
    return undefined;
  }

  async #ask(
    siteId: string,
    command: LedgerCommand & { orderId: string; fulfilmentId: string },
    since: string,
    held: () => boolean,
  ) {
    const cmd = `${command.type}/${command.orderId}:${command.fulfilmentId}`;
    return await this.#ledgers.ask(siteId, {
      command,
      since,
      kind: "fact",
      held,
      envelope: {
        cmd,
        fp: fingerprint(this.#fingerprintKey, { command: command.type, body: { reservation: cmd } }),
        at: toInstant(this.#clock.now()),
        actor: STOCK,
        correlationId: command.orderId,
        causationId: `order-${command.orderId}`,
      },
    });
  }
}
