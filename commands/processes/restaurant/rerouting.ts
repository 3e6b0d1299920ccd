import type { Actor } from "../../../domain/chain/envelope.ts";
import type { Contact, PlacedFulfilment } from "../../../domain/order/events.ts";
import { reroute } from "../../../domain/order/sites.ts";
import type { FulfilmentState, Order } from "../../../domain/order/state.ts";
import { openState } from "../../../domain/site/opening-hours.ts";
import { PROMISED_MINUTES, type Site } from "../../../domain/site/site.ts";
import { type Clock, toInstant } from "../../../infra/clock.ts";
import { failpoint } from "../../../infra/failpoints.ts";
import type { CatalogueReader } from "../../catalogue/catalogue-reader.ts";
import type { LedgerSequencer } from "../../inventory/sequencer.ts";
import type { SealedLines } from "../../orders/sealed-lines.ts";
import type { FactRecorder } from "../facts.ts";
import type { Effect } from "../runner/process-manager.ts";

/** Which sites are asked for. */
export interface SitesAsked {
  readonly city: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  /** Where the order goes, in microdegrees. */
  readonly to: NonNullable<Contact["position"]>;
  /** Sites that have been tried. */
  readonly except: readonly string[];
  readonly now: number;
  readonly limit: number;
}

/** Where else an order could be made: read models, which may be a little behind. The ledger decides. */
export interface SiteDirectory {
  /** Open sites of a city that sell these and have enough of each, the shortest way first. */
  withEverything(asked: SitesAsked): Promise<readonly string[]>;
}

export interface ReroutingOptions {
  readonly directory: SiteDirectory;
  readonly catalogue: Pick<CatalogueReader, "site">;
  readonly ledgers: Pick<LedgerSequencer, "missing">;
  readonly sealed: Pick<SealedLines, "open">;
  readonly facts: FactRecorder;
  readonly clock: Clock;
}

const CANDIDATES = 5;
const MINUTE = 60_000;

/**
 * Finds another site for what one has given back. The new plan is put on record before its goods are reserved, as a
 * placing is: a process that dies in between leaves no reservation that nobody knows of. The ledgers are asked before,
 * so that a site without the goods is hardly ever chosen; should its stock go meanwhile, the next one is looked for.
 */
export class Rerouting {
  readonly #options: ReroutingOptions;

  constructor(options: ReroutingOptions) {
    this.#options = options;
  }

  async perform(effect: Effect, actor: Actor, order: Order, fulfilment: FulfilmentState): Promise<void> {
    const { facts, sealed, clock } = this.#options;
    const { fulfilmentId } = fulfilment;
    const { lines, position, keys } = await sealed.open(order, fulfilment.lines);
    const site = await this.#find(order, fulfilment, position);
    const made: Omit<PlacedFulfilment, "fulfilmentId"> | undefined = site && {
      siteId: site.siteId,
      kind: site.kind,
      name: site.name,
      city: site.city,
      timeZone: site.timeZone,
      stations: site.stations,
      // Where an item lies is the first site's affair.
      lines: lines.map((line) => ({ ...line, binLocation: undefined })),
    };
    failpoint("restaurant.before-reroute");
    const identity = { reference: fulfilmentId, result: site === undefined ? "none" : `rerouted/${site.siteId}` };
    await facts.record(
      effect,
      actor,
      identity,
      (state) => {
        if (!made) return reroute(state, fulfilmentId, undefined);
        const promised = clock.now() + PROMISED_MINUTES[made.kind] * MINUTE;
        const promisedAt = toInstant(Math.max(promised, Date.parse(order.delivery.promisedAt)));
        return reroute(state, fulfilmentId, { made, promisedAt });
      },
      keys,
    );
    failpoint("restaurant.after-reroute");
  }

  async #find(order: Order, fulfilment: FulfilmentState, position: Contact["position"]): Promise<Site | undefined> {
    const { directory, catalogue, ledgers, clock } = this.#options;
    const { siteId, city } = fulfilment;
    const lines = fulfilment.lines.map(({ sku, quantity }) => ({ sku, quantity: quantity.amount }));
    // A parcel comes from anywhere; without a position the first site stands for the customer.
    const here = order.delivery.method === "courier" ? position : undefined;
    const to = here ?? (await catalogue.site(siteId))?.position;
    if (!to) return undefined;
    const except = order.fulfilments.map((one) => one.siteId);
    const asked = { city, lines, to, except, now: clock.now(), limit: CANDIDATES };
    for (const candidate of await directory.withEverything(asked)) {
      const site = except.includes(candidate) ? undefined : await catalogue.site(candidate);
      if (!site || !takesOrders(site, clock.now()) || lines.some(({ sku }) => !site.menu.includes(sku))) continue;
      if ((await ledgers.missing(candidate, lines)).length === 0) return site;
    }
    return undefined;
  }
}

/** Whether a site takes orders at a moment. */
export const takesOrders = ({ status, hours, timeZone }: Site, now: number): boolean =>
  status === "open" && openState(hours, timeZone, now) !== "closed";
