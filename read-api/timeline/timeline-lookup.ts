import { isDatabaseTrouble } from "../../infra/postgres/trouble.ts";
import { NoLiveGenerationError } from "../../projections/runner/generations.ts";
import { asStored, readTimeline, type StoredEvent } from "../../projections/timeline/queries.ts";
import { REACH_WITHIN_MS, readOrderStream } from "../orders/order-lookup.ts";
import type { Standing } from "../positions.ts";
import type { ReadServices } from "../services.ts";

/** An order's events with where they were found. */
export interface LocatedEvents {
  /** All of them, in their order; at least one. */
  readonly events: readonly [StoredEvent, ...StoredEvent[]];
  readonly source: "read-model" | "event-store";
  /** The caller asked for more than this shows, and the event store could not be asked. */
  readonly stale: boolean;
  /** Where the read model stood before it was asked; undefined when the event store has told. */
  readonly standing: Standing | undefined;
}

/**
 * The events of an order: from the timeline's read model, unless that does not have the order, has not reached what the
 * caller or anybody else has seen already, has set the order's stream aside, or is away; then from the order's stream. Undefined when
 * there is no such order anywhere.
 *
 * @param atLeast commit position that the caller has seen
 */
export async function locateTimeline(
  services: ReadServices,
  orderId: string,
  atLeast?: bigint,
): Promise<LocatedEvents | undefined> {
  const inReadModel = await fromReadModel(services, orderId, atLeast);
  if (inReadModel && !inReadModel.behind) return inReadModel.located;
  try {
    const [first, ...others] = (await readOrderStream(services.store, orderId)).map(asStored);
    if (first) {
      services.told.note(orderId, (others.at(-1) ?? first).position);
      return { events: [first, ...others], source: "event-store", stale: false, standing: undefined };
    }
  } catch (error) {
    if (!inReadModel) throw error;
  }
  return inReadModel && { ...inReadModel.located, stale: true };
}

/** `behind`: it does not show what it should. */
async function fromReadModel(
  { pool, positions, told, log }: ReadServices,
  orderId: string,
  atLeast: bigint | undefined,
): Promise<{ readonly located: LocatedEvents; readonly behind: boolean } | undefined> {
  try {
    const reached = atLeast === undefined || (await positions.reach("timeline", atLeast, REACH_WITHIN_MS));
    const standing = await positions.of("timeline");
    const { events, parked } = await readTimeline(pool, standing.generation.schema, orderId);
    const [first, ...others] = events;
    if (!first) return undefined;
    const last = others.at(-1) ?? first;
    return {
      located: { events: [first, ...others], source: "read-model", stale: false, standing },
      behind: parked || (!reached && last.position < atLeast) || told.isLess(orderId, last.position),
    };
  } catch (error) {
    if (!isDatabaseTrouble(error) && !(error instanceof NoLiveGenerationError)) throw error;
    log.warn({ err: error, orderId }, "the read model of timelines is away: the event store is asked");
    return undefined;
  }
}
