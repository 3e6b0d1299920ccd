import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import type { StorableEvent } from "../../../infra/event-store/port.ts";
import { rehashed } from "../../fixtures/chained.ts";
import { dice, orderStreams, type Stream } from "../../fixtures/read-history.ts";

/** Ways in which an event is one that nobody can handle. */
export const POISONS = ["no JSON object", "a version that nobody knows", "half of its data", "NUL in a text"] as const;
export type Poison = (typeof POISONS)[number];

/** An order's stream as it is stored. */
export interface StoredOrder {
  readonly events: Stream;
  /** Of its events the one that cannot be handled, if any. */
  readonly poison: { readonly id: string; readonly how: Poison } | undefined;
}

/** Orders as a faulty writer leaves them, and what the events mean to a program that was mended. */
export interface PoisonedOrders {
  readonly orders: readonly StoredOrder[];
  /** The events as they should have been, by id, of those that cannot be handled. */
  readonly meant: ReadonlyMap<string, RecordedEvent>;
}

/**
 * So many events of orders, of which a share cannot be handled: spread evenly, each the first or second of its stream,
 * so that others have to wait behind it. The same seed gives the same events.
 */
export function poisonedOrders(seed: number, events: number, share: number): PoisonedOrders {
  const roll = dice(seed);
  const orders: StoredOrder[] = [];
  const meant = new Map<string, RecordedEvent>();
  let count = 0;
  let owed = 0;
  for (const healthy of orderStreams(events, seed)) {
    if (count >= events) break;
    count += healthy.length;
    owed += healthy.length * share;
    const at = healthy.length > 2 ? roll(2) : 0;
    const target = healthy[at];
    if (owed < 1 || target === undefined) {
      orders.push({ events: healthy, poison: undefined });
      continue;
    }
    owed -= 1;
    const how = POISONS[meant.size % POISONS.length] ?? "no JSON object";
    // Only a placing has texts and parts that handlers rely on.
    const place = how === "half of its data" || how === "NUL in a text" ? 0 : at;
    const one = healthy[place] ?? target;
    meant.set(one.id, one);
    orders.push({ events: spoiled(healthy, place, how), poison: { id: one.id, how } });
  }
  return { orders, meant };
}

/** The stream with one event spoiled; its chain holds, as a faulty writer would have made it. */
function spoiled(stream: Stream, place: number, how: Poison): RecordedEvent[] {
  let prevHash: string | undefined;
  return stream.map((event, index) => {
    const change = prevHash === undefined ? {} : { prevHash };
    const bad = index === place;
    const version = bad && how === "a version that nobody knows" ? { v: 2 } : {};
    const next = rehashed(bad ? { ...event, data: spoiledData(event.data, how) } : event, { ...change, ...version });
    prevHash = next.metadata.hash;
    return next;
  });
}

function spoiledData(data: unknown, how: Poison): unknown {
  switch (how) {
    case "no JSON object":
      return '{"orderId": "cut in the mid';
    case "a version that nobody knows":
      return data;
    case "half of its data": {
      const { fulfilments, ...half } = data as { readonly fulfilments: unknown };
      return half;
    }
    case "NUL in a text":
      return JSON.parse(JSON.stringify(data).replaceAll('"berlin"', '"ber\\u0000lin"'));
  }
}

export const storable = ({ id, type, data, metadata }: RecordedEvent): StorableEvent => ({ id, type, data, metadata });
