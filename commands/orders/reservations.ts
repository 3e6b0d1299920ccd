import type { Actor } from "../../domain/chain/envelope.ts";
import { fingerprint } from "../../domain/chain/ids.ts";
import type { StockLine } from "../../domain/inventory/events.ts";
import { orderStream } from "../../domain/order/events.ts";
import { outOfStock, record } from "../../domain/order/facts.ts";
import type { FulfilmentState, Order, OrderState } from "../../domain/order/state.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import type { LedgerAnswer } from "../inventory/requests.ts";
import type { LedgerSequencer } from "../inventory/sequencer.ts";
import type { Envelope } from "../writing/build-events.ts";
import { NoLongerOwnedError } from "../writing/no-longer-owned.ts";
import type { StreamWriter, Written } from "../writing/writer.ts";
import { orders } from "./order-aggregate.ts";

const STOCK: Actor = { type: "system", id: "stock" };

/** What is asked of a site's ledger: the goods of a fulfilment, or of a substitute that is reserved beside it. */
export interface Goods {
  /** A fulfilment id, or what stands in its place. */
  readonly reservation: string;
  readonly siteId: string;
  readonly lines: readonly StockLine[];
}

/** The goods of a fulfilment. */
export const goodsOf = ({ fulfilmentId, siteId, lines }: FulfilmentState): Goods => ({
  reservation: fulfilmentId,
  siteId,
  lines: lines.map(({ sku, quantity }) => ({ sku, quantity: quantity.amount })),
});

/** Reserves for orders: asks the ledger, and records in the order's stream what it answered. */
export class Reservations {
  readonly #writer: StreamWriter;
  readonly #ledgers: LedgerSequencer;
  readonly #clock: Clock;
  readonly #fingerprintKey: Uint8Array;

  constructor(writer: StreamWriter, ledgers: LedgerSequencer, clock: Clock, fingerprintKey: Uint8Array) {
    this.#writer = writer;
    this.#ledgers = ledgers;
    this.#clock = clock;
    this.#fingerprintKey = fingerprintKey;
  }

  /**
   * Reserves goods for an order, once, however often and by however many processes it is asked for. Returns the order as it
   * is afterwards.
   *
   * @param held asked before each append, where only the owner of the work may reserve
   */
  async reserve(order: Order, goods: Goods, held?: () => boolean): Promise<Written<OrderState>> {
    const { orderId, placedAt } = order;
    const { reservation: fulfilmentId, siteId, lines } = goods;
    const answer = await this.#ledgers.ask(siteId, {
      command: { type: "reserve", orderId, fulfilmentId, lines },
      since: placedAt,
      kind: "fact",
      held,
      envelope: this.#envelope(orderId, `reserve/${orderId}:${fulfilmentId}`, { command: "reserve", body: { lines } }),
    });
    return await this.#record(order, fulfilmentId, answer, held);
  }

  /** An item that a site has promised and does not have is offered to nobody until somebody has counted. */
  async takeOffSale(order: Order, fulfilment: FulfilmentState, sku: string, held: () => boolean): Promise<void> {
    const { orderId, placedAt } = order;
    const { fulfilmentId, siteId } = fulfilment;
    const cmd = `missing/${orderId}:${fulfilmentId}/${sku}`;
    await this.#ledgers.ask(siteId, {
      command: { type: "mark_unavailable", sku },
      since: placedAt,
      kind: "fact",
      held,
      envelope: this.#envelope(orderId, cmd, { command: "mark_unavailable", body: { sku } }),
    });
  }

  async #record(
    order: Order,
    fulfilmentId: string,
    answer: LedgerAnswer,
    held: (() => boolean) | undefined,
  ): Promise<Written<OrderState>> {
    const { orderId } = order;
    const cmd = `stock.reserve/${fulfilmentId}`;
    const write = (result: string, decide: (state: OrderState) => ReturnType<typeof record>) =>
      this.#writer.write({
        stream: orderStream(orderId),
        aggregate: orders,
        kind: "fact",
        envelope: this.#envelope(orderId, cmd, { reference: `${orderId}:${fulfilmentId}`, result }),
        decide: (state) => {
          if (held?.() === false) throw new NoLongerOwnedError(cmd);
          return decide(state);
        },
      });
    if (answer.kind === "missing") {
      const { missing } = answer;
      return await write("out_of_stock", (state) => outOfStock(state, { fulfilmentId, missing, ledgerAsked: true }));
    }
    if (answer.kind === "known" && answer.status === "voided") {
      // The release came first: the order has ended, and there is nothing to record.
      return await write("voided", () => []);
    }
    const revision = answer.kind === "done" ? answer.own.events[0]?.revision : answer.revision;
    const { ledger } = answer;
    return await write("reserved", (state) =>
      record(state, { type: "stock.reserved", data: { fulfilmentId, ledger, ledgerRevision: String(revision) } }),
    );
  }

  #envelope(orderId: string, cmd: string, what: unknown): Envelope {
    return {
      cmd,
      fp: fingerprint(this.#fingerprintKey, what),
      at: toInstant(this.#clock.now()),
      actor: STOCK,
      correlationId: orderId,
      causationId: orderStream(orderId),
    };
  }
}
