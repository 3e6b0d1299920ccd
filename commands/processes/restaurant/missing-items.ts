import type { Actor } from "../../../domain/chain/envelope.ts";
import type { OrderLine } from "../../../domain/order/events.ts";
import { replaceItem } from "../../../domain/order/sites.ts";
import type { FulfilmentState, Order } from "../../../domain/order/state.ts";
import { failpoint } from "../../../infra/failpoints.ts";
import type { LedgerSequencer } from "../../inventory/sequencer.ts";
import type { Reservations } from "../../orders/reservations.ts";
import type { SealedLines } from "../../orders/sealed-lines.ts";
import type { FactRecorder } from "../facts.ts";
import type { Effect } from "../runner/process-manager.ts";

export interface MissingItemsOptions {
  readonly reservations: Pick<Reservations, "takeOffSale">;
  readonly ledgers: Pick<LedgerSequencer, "missing">;
  readonly sealed: Pick<SealedLines, "open">;
  readonly facts: FactRecorder;
}

/**
 * Decides what becomes of an item that is missing at its site. What was reserved of it stays reserved with the rest:
 * when the site is ready it leaves the books as the goods that were counted and are not there, and when the order ends
 * it is free again, off sale until somebody has counted.
 */
export class MissingItems {
  readonly #options: MissingItemsOptions;

  constructor(options: MissingItemsOptions) {
    this.#options = options;
  }

  async perform(effect: Effect, actor: Actor, order: Order, fulfilment: FulfilmentState, sku: string): Promise<void> {
    const { reservations, sealed, facts } = this.#options;
    const { fulfilmentId, siteId } = fulfilment;
    // A substitute that the ledger did not have was never on the shelf: nobody has seen that it is missing there.
    const neverReserved = fulfilment.extras.some((extra) => extra.sku === sku && !extra.reserved);
    if (!neverReserved) await reservations.takeOffSale(order, fulfilment, sku, effect.held);
    const offer = await this.#substitute(siteId, fulfilment.lines, sku);
    const opened = offer && (await sealed.open(order, [offer]));
    const line = opened?.lines[0];
    failpoint("restaurant.before-replace");
    const identity = { reference: `${fulfilmentId}/${sku}`, result: line?.sku ?? "none" };
    await facts.record(effect, actor, identity, (state) => replaceItem(state, fulfilmentId, sku, line), opened?.keys);
    failpoint("restaurant.after-replace");
  }

  /** The first substitute that the customer allowed and the site has, as a line of its own. */
  async #substitute(siteId: string, lines: readonly OrderLine[], sku: string): Promise<OrderLine | undefined> {
    const [line, twin] = lines.filter((one) => one.sku === sku);
    if (!line || twin) return undefined;
    const offers = line.substitutes ?? [];
    for (const [index, offer] of offers.entries()) {
      if (offer.price.amount > line.price.amount || lines.some((one) => one.sku === offer.sku)) continue;
      const asked = [{ sku: offer.sku, quantity: line.quantity.amount }];
      if ((await this.#options.ledgers.missing(siteId, asked)).length > 0) continue;
      return { ...offer, quantity: line.quantity, note: line.note, substitutes: offers.slice(index + 1) };
    }
    return undefined;
  }
}
