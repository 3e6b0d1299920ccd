import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import { commandIdFor } from "../../../domain/chain/ids.ts";
import type { OrderEvent } from "../../../domain/order/events.ts";
import { evolve } from "../../../domain/order/evolve.ts";
import { type OrderState, statusOf } from "../../../domain/order/state.ts";
import type { Call } from "./call.ts";
import { keyOf } from "./order-model.ts";

/** What one order's calls and the final log have to say about each other. */
export interface LogFindings {
  /** Acknowledged writes that were looked for. */
  readonly writes: number;
  /** Of them: what was asked for was so already. */
  readonly heldAlready: number;
  readonly breaches: readonly string[];
}

/** The event by which a command is known to be done, whoever has done it. */
const DONE_BY: readonly (readonly [RegExp, string])[] = [
  [/^place$/, "order.placed"],
  [/^cancel$/, "order.cancelled"],
  [/\/accept$/, "restaurant.accepted"],
  [/\/reject$/, "restaurant.rejected"],
  [/\/start$/, "kitchen.stage_started"],
  [/\/complete$/, "kitchen.stage_completed"],
  [/\/ready$/, "kitchen.ready"],
  [/\/recall$/, "kitchen.recalled"],
  [/\/items\/[^/]+\/unavailable$/, "kitchen.item_unavailable"],
];
const DONE_BY_COURIER: Readonly<Record<string, string>> = {
  "delivery/accept": "driver.accepted",
  "delivery/decline": "driver.declined",
  "delivery/arrive": "driver.arrived",
  "delivery/pick-up": "order.picked_up",
  "delivery/deliver": "order.delivered",
};

/** Each acknowledged write is in the order's final stream once, where its answer said; what was refused is not. */
export function compareWithLog(orderId: string, calls: readonly Call[], events: readonly RecordedEvent[]): LogFindings {
  const breaches = [...repeatedIds(orderId, events), ...otherThanStored(orderId, calls, events)];
  let writes = 0;
  let heldAlready = 0;
  for (const group of Map.groupBy(calls.filter(isWrite), keyOf).values()) {
    const [first] = group;
    if (!first) continue;
    const cmd = commandIdFor(first.client, first.key ?? "");
    const own = events.filter(({ metadata }) => metadata.cmd === cmd);
    const name = `${first.what} of order ${orderId} by ${first.client}`;
    const times = timesOf(own);
    if (times > 1) breaches.push(`doubled: ${name} is in the final log ${times} times`);
    const acknowledged = group.find(({ outcome }) => outcome === "done");
    if (acknowledged) {
      writes++;
      const where = `acknowledged as revision ${acknowledged.revision} at ${acknowledged.position}`;
      const last = own.at(-1);
      if (last === undefined) {
        if (wasSo(acknowledged, events)) heldAlready++;
        else breaches.push(`lost: ${name} was ${where}, and is not in the final log`);
      } else if (!isAt(last, acknowledged)) {
        breaches.push(`moved: ${name} was ${where}, stored is revision ${last.revision} at ${last.position.commit}`);
      }
    } else if (own.length > 0 && group.every(({ outcome }) => outcome === "refused")) {
      breaches.push(`refused and done: ${name} was answered ${first.status} and is in the final log`);
    }
  }
  return { writes, heldAlready, breaches };
}

const isWrite = ({ what, key }: Call): boolean => what !== "read" && key !== undefined;

const isAt = (event: RecordedEvent, { revision, position }: Call): boolean =>
  event.revision.toString() === revision && event.position.commit.toString() === position;

/** How often a command was carried out: its events follow each other, and it begins with the same one each time. */
function timesOf(own: readonly RecordedEvent[]): number {
  const [first] = own;
  if (!first) return 0;
  let blocks = 1;
  for (const [index, event] of own.entries()) {
    const before = own[index - 1];
    if (before && event.revision !== before.revision + 1n) blocks++;
  }
  const begins = own.filter(({ type, data }) => type === first.type && sameFulfilment(data, first.data)).length;
  return Math.max(blocks, begins);
}

/** Events of one command may be of one type, for one fulfilment each. */
const sameFulfilment = (a: unknown, b: unknown): boolean => fulfilmentIn(a) === fulfilmentIn(b);
const fulfilmentIn = (data: unknown): unknown =>
  typeof data === "object" && data !== null && "fulfilmentId" in data ? data.fulfilmentId : undefined;

/** Somebody had done before what a command asked for, so that there was nothing to write. */
function wasSo({ what, revision }: Call, events: readonly RecordedEvent[]): boolean {
  const type = DONE_BY_COURIER[what] ?? DONE_BY.find(([pattern]) => pattern.test(what))?.[1];
  if (type === undefined || type === "order.placed" || revision === undefined) return false;
  return events.some((event) => event.type === type && event.revision <= BigInt(revision));
}

function repeatedIds(orderId: string, events: readonly RecordedEvent[]): string[] {
  const ids = new Set(events.map(({ id }) => id));
  return ids.size === events.length ? [] : [`doubled: the final log of order ${orderId} holds an event id twice`];
}

/** Every answer that shows the order shows what the final log says up to that revision. */
function otherThanStored(orderId: string, calls: readonly Call[], events: readonly RecordedEvent[]): string[] {
  const stood = standings(events);
  return calls.flatMap(({ what, client, now }) => {
    if (!now) return [];
    const stored = stood[Number(now.revision)];
    if (stored === now.state) return [];
    const shown = `${what} of order ${orderId} by ${client} was answered as revision ${now.revision}, ${now.state}`;
    return [stored === undefined ? `lost: ${shown}, which is not stored` : `not so: ${shown}; stored is ${stored}`];
  });
}

/** The order's status at each revision. */
function standings(events: readonly RecordedEvent[]): string[] {
  let order: OrderState;
  return events.map(({ type, data, metadata }) => {
    order = evolve(order, { type, data } as OrderEvent, metadata.at); // what the system writes into these streams
    return order ? statusOf(order) : "unknown";
  });
}
