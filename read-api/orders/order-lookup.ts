import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { orderStream } from "../../domain/order/events.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import { isDatabaseTrouble } from "../../infra/postgres/trouble.ts";
import { foldBatch } from "../../projections/orders/fold.ts";
import { findOrder } from "../../projections/orders/queries.ts";
import type { FoundOrder } from "../../projections/orders/rows.ts";
import { NoLiveGenerationError } from "../../projections/runner/generations.ts";
import { MOST_EVENTS } from "../../projections/timeline/queries.ts";
import type { Standing } from "../positions.ts";
import type { ReadServices } from "../services.ts";

/** An order with where it was found. */
export interface Located extends FoundOrder {
  readonly source: "read-model" | "event-store";
  /** The caller asked for more than this shows, and the event store could not be asked. */
  readonly stale: boolean;
  /** Where the read model stood before it was asked; undefined when the event store has told. */
  readonly standing: Standing | undefined;
}

/** How long a read model that follows orders is waited for; after that the event store tells, which is never behind. */
export const REACH_WITHIN_MS = 500;

/**
 * Finds an order. From the read model, unless that cannot tell: it does not have the order, has not reached what the
 * caller or anybody else has seen already, has set the order's stream aside, or is away. Then the order is folded from its stream, so
 * that a buyer's own order never disappears. Undefined when there is no such order anywhere.
 *
 * @param atLeast commit position that the caller has seen
 */
export async function locateOrder(
  services: ReadServices,
  orderId: string,
  atLeast?: bigint,
): Promise<Located | undefined> {
  const inReadModel = await fromReadModel(services, orderId, atLeast);
  if (inReadModel && !inReadModel.behind) return located(inReadModel, false);
  try {
    const folded = await fromEventStore(services.store, orderId);
    if (folded) {
      services.told.note(orderId, folded.version);
      return { ...folded, source: "event-store", stale: false, standing: undefined };
    }
    return inReadModel && located(inReadModel, true);
  } catch (error) {
    if (!inReadModel) throw error;
    return located(inReadModel, true);
  }
}

interface InReadModel {
  readonly found: FoundOrder;
  readonly standing: Standing;
  /** It does not show what it should. */
  readonly behind: boolean;
}

const located = ({ found, standing }: InReadModel, stale: boolean): Located => ({
  ...found,
  source: "read-model",
  stale,
  standing,
});

async function fromReadModel(
  { pool, positions, told, log }: ReadServices,
  orderId: string,
  atLeast: bigint | undefined,
): Promise<InReadModel | undefined> {
  try {
    const reached = atLeast === undefined || (await positions.reach("orders", atLeast, REACH_WITHIN_MS));
    const standing = await positions.of("orders");
    const { found, parked } = await findOrder(pool, standing.generation.schema, orderId);
    if (!found) return undefined;
    const unseen =
      (!reached && atLeast !== undefined && found.version < atLeast) || told.isLess(orderId, found.version);
    return { found, standing, behind: parked || unseen };
  } catch (error) {
    if (!isDatabaseTrouble(error) && !(error instanceof NoLiveGenerationError)) throw error;
    log.warn({ err: error, orderId }, "the read model of orders is away: the event store is asked");
    return undefined;
  }
}

/** Folds an order from its stream; undefined when there is none. */
async function fromEventStore(store: EventStore, orderId: string): Promise<FoundOrder | undefined> {
  const { orders, placings } = foldBatch(new Map(), await readOrderStream(store, orderId));
  const [row, placing] = [orders.get(orderId), placings.get(orderId)];
  return row && placing && { ...row, placing };
}

/** The events of an order as they are stored. */
export const readOrderStream = (store: EventStore, orderId: string): Promise<RecordedEvent[]> =>
  store.readStream(orderStream(orderId), { limit: MOST_EVENTS });
