import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { OrderState } from "../../domain/order/state.ts";
import { toInstant } from "../../infra/clock.ts";
import type { Outside } from "../../infra/outside/outside.ts";
import { orders } from "../orders/order-aggregate.ts";
import { OWED_BY_ALL, type OwedPolicy } from "./owed-by-all.ts";
import type { Owed } from "./runner/process-manager.ts";

/** An effect that an order is owed, for people. */
export interface OwedEffect {
  readonly process: string;
  readonly id: string;
  /** RFC 3339; the past means at once. */
  readonly dueAt: string;
  readonly lane?: string | undefined;
  readonly outside?: Outside | undefined;
  /** A planned retry. */
  readonly early?: true | undefined;
}

/** One event of an order, and what it changed in what the order is owed. */
export interface OwedAfter {
  /** Decimal, like the position. */
  readonly revision: string;
  readonly position: string;
  readonly at: string;
  readonly type: string;
  /** Owed since this event, or due at another time since it. */
  readonly owed: readonly OwedEffect[];
  /** Not owed any more: done by this event, or not needed after it. */
  readonly gone: readonly string[];
}

/** A dry replay of every process manager over one order's stream. */
export interface OwedOverStream {
  readonly events: readonly OwedAfter[];
  /** What is owed after the last of them, the earliest due first. What was carried out without a fact is in it. */
  readonly left: readonly OwedEffect[];
}

/**
 * Replays every process manager dry: what would each owe after each event? Nothing is carried out, written or asked.
 * Rejects (UnknownVersionError) at an event that this program cannot read.
 */
export function owedOverStream(events: readonly RecordedEvent[], policy: OwedPolicy): OwedOverStream {
  let state: OrderState = orders.initial;
  let before = new Map<string, OwedEffect>();
  const told: OwedAfter[] = [];
  for (const event of events) {
    state = orders.evolve(state, event);
    const after = new Map((state ? owedNow(state, policy) : []).map((effect) => [keyOf(effect), effect]));
    told.push({
      revision: event.revision.toString(),
      position: event.position.commit.toString(),
      at: event.metadata.at,
      type: event.type,
      owed: [...after].flatMap(([key, effect]) => (before.get(key)?.dueAt === effect.dueAt ? [] : [effect])),
      gone: [...before].flatMap(([key, { id }]) => (after.has(key) ? [] : [id])),
    });
    before = after;
  }
  return { events: told, left: [...before.values()].toSorted((a, b) => (a.dueAt < b.dueAt ? -1 : 1)) };
}

const owedNow = (order: NonNullable<OrderState>, policy: OwedPolicy): OwedEffect[] =>
  OWED_BY_ALL.flatMap(({ process, owed }) => owed(order, policy).map((effect) => shown(process, effect)));

const shown = (process: string, { id, dueAt, lane, outside, early }: Owed): OwedEffect => ({
  process,
  id,
  dueAt: toInstant(dueAt),
  ...(lane !== undefined && { lane }),
  ...(outside !== undefined && { outside }),
  ...(early && { early }),
});

const keyOf = ({ process, id }: OwedEffect): string => `${process} ${id}`;
