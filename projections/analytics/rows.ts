import type { PoolClient } from "pg";
import { statusOf } from "../../domain/order/state.ts";
import { packOrder, unpackOrder } from "../order-state/packed-order.ts";
import { column, relation, type Statement } from "../relation.ts";
import type { Noted, OrderFacts } from "./facts.ts";
import type { HourIncrement, RefusalIncrement, StepIncrement } from "./fold.ts";
import { COUNTERS, isLate, momentsOf } from "./measures.ts";

/** Milliseconds since 1970 as they travel: the server makes a time of them for less than a text of one costs. */
const millis = (ms: number | undefined): string | null => (ms === undefined || Number.isNaN(ms) ? null : ms.toString());

const instant = (ms: number | undefined): string | null =>
  ms === undefined || Number.isNaN(ms) ? null : new Date(ms).toISOString();

/** The rows of these orders, by id. */
export async function loadFacts(
  tx: PoolClient,
  schema: string,
  orderIds: readonly string[],
): Promise<Map<string, OrderFacts>> {
  if (orderIds.length === 0) return new Map();
  const { rows } = await tx.query<{
    order_id: string;
    placed_at: Date;
    revision: string;
    version: string;
    state: unknown;
  }>(`SELECT order_id, placed_at, revision, version, state FROM ${schema}.facts WHERE order_id = ANY($1::uuid[])`, [
    orderIds,
  ]);
  return new Map(
    rows.map(({ order_id: orderId, placed_at, revision, version, state }) => {
      const row = { orderId, placedAt: placed_at.toISOString(), revision: BigInt(revision), version: BigInt(version) };
      return [orderId, unpackFacts(row, state)];
    }),
  );
}

/** What of an order's facts changes, as the text of its row. */
export const packFacts = ({ order, noted }: OrderFacts): string =>
  `{"order":${packOrder(order)},"noted":${JSON.stringify(noted)}}`;

/** The facts of a row; `packed` is what the database gave back for `packFacts`' text. */
export function unpackFacts(
  row: Pick<OrderFacts, "revision" | "version"> & { readonly orderId: string; readonly placedAt: string },
  packed: unknown,
): OrderFacts {
  const { orderId, placedAt, revision, version } = row;
  const { order, noted } = packed as { readonly order: unknown; readonly noted: Noted }; // made by packFacts
  // Who ordered is nothing that is counted.
  return { order: unpackOrder({ orderId, customerId: "", placedBy: "", placedAt }, order), noted, revision, version };
}

/** An order with what its columns are made of. */
interface Row {
  readonly facts: OrderFacts;
  readonly at: ReturnType<typeof momentsOf>;
}

const first = ({ facts }: Row) => facts.order.fulfilments[0];

const FACTS: readonly (readonly [name: string, type: string, of: (row: Row) => string | null])[] = [
  ["order_id", "uuid", ({ facts }) => facts.order.orderId],
  ["placed_at", "float8", ({ at }) => millis(at.placed)],
  ["city", "text", (row) => first(row)?.city ?? ""],
  ["site_id", "text", (row) => first(row)?.siteId ?? ""],
  // Ids of sites need no quotes.
  ["sites", "text", ({ facts }) => `{${[...new Set(facts.order.fulfilments.map(({ siteId }) => siteId))].join(",")}}`],
  ["kind", "text", ({ facts }) => facts.noted.fulfilments[0]?.kind ?? ""],
  ["channel", "text", ({ facts }) => facts.order.channel],
  ["method", "text", ({ facts }) => facts.order.delivery.method],
  ["status", "text", ({ facts }) => statusOf(facts.order)],
  ["promised_at", "float8", ({ facts }) => millis(Date.parse(facts.order.delivery.promisedAt))],
  ["reserved_at", "float8", ({ at }) => millis(at.reserved)],
  ["paid_at", "float8", ({ at }) => millis(at.paid)],
  ["notified_at", "float8", ({ at }) => millis(at.notified)],
  ["accepted_at", "float8", ({ at }) => millis(at.accepted)],
  ["ready_at", "float8", ({ at }) => millis(at.ready)],
  ["assigned_at", "float8", ({ at }) => millis(at.assigned)],
  ["picked_up_at", "float8", ({ at }) => millis(at.pickedUp)],
  ["delivered_at", "float8", ({ at }) => millis(at.delivered)],
  ["scheduled_at", "float8", ({ at }) => millis(at.scheduled)],
  ["shipped_at", "float8", ({ at }) => millis(at.shipped)],
  ["ended_at", "float8", ({ facts }) => millis(facts.noted.at.ended)],
  ["late", "boolean", ({ facts }) => (isLate(facts) ? "t" : "f")],
  ["currency", "text", ({ facts }) => facts.order.total.currency],
  ["total", "bigint", ({ facts }) => facts.order.total.amount.toString()],
  ["captured", "bigint", ({ facts }) => facts.order.payment.captured.toString()],
  ["refunded", "bigint", ({ facts }) => facts.order.payment.refunded.toString()],
  ["refunds", "integer", ({ facts }) => facts.order.payment.refunds.length.toString()],
  ["disputes", "integer", ({ facts }) => facts.noted.disputes.toString()],
  ["revision", "bigint", ({ facts }) => facts.revision.toString()],
  ["version", "bigint", ({ facts }) => facts.version.toString()],
  ["state", "json", ({ facts }) => packFacts(facts)],
];

/** How an order was placed does not change; who makes it and what is promised does, when another site takes it over. */
const FIXED: ReadonlySet<string> = new Set(
  "order_id placed_at city site_id kind channel method currency total".split(" "),
);
const FACT_NAMES = FACTS.map(([name]) => name);
const FACT_VALUES = FACTS.map(([name, type]) => {
  if (name === "sites") return "sites::text[]";
  return type === "float8" ? `to_timestamp(${name} / 1000)` : name;
}).join(", ");
const FACT_CHANGES = FACT_NAMES.filter((name) => !FIXED.has(name))
  .map((name) => `${name} = excluded.${name}`)
  .join(", ");

/** Writes orders as they are now. */
export function savingFacts(schema: string, orders: readonly OrderFacts[]): Statement | undefined {
  if (orders.length === 0) return undefined;
  const rows = orders.map(
    (facts): Row => ({
      facts,
      at: momentsOf(facts, { fulfilments: [...facts.noted.fulfilments.keys()], anywhere: true }),
    }),
  );
  const { from, parameters: values } = relation(FACTS.map(([name, type, of]) => column(rows, name, type, of)));
  const text = `INSERT INTO ${schema}.facts AS f (${FACT_NAMES.join(", ")}) SELECT ${FACT_VALUES} FROM ${from}
     ON CONFLICT (order_id) DO UPDATE SET ${FACT_CHANGES} WHERE f.revision < excluded.revision`;
  return { text, values };
}

/** Adds to the counters of places. */
export function addingHours(schema: string, rows: readonly HourIncrement[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "place", "text", ({ place }) => place),
    column(rows, "hour", "timestamptz", ({ hour }) => instant(hour)),
    column(rows, "currency", "text", ({ currency }) => currency),
    ...COUNTERS.map((counter) => column(rows, counter, "bigint", ({ counts }) => counts[counter].toString())),
  ]);
  const text = `INSERT INTO ${schema}.place_hours AS h (place, hour, currency, ${COUNTERS.join(", ")}) SELECT * FROM ${from}
     ON CONFLICT (place, hour, currency)
     DO UPDATE SET ${COUNTERS.map((counter) => `${counter} = h.${counter} + excluded.${counter}`).join(", ")}`;
  return { text, values };
}

/** Adds to the durations of steps. */
export function addingSteps(schema: string, rows: readonly StepIncrement[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "place", "text", ({ place }) => place),
    column(rows, "hour", "timestamptz", ({ hour }) => instant(hour)),
    column(rows, "step", "text", ({ step }) => step),
    column(rows, "bucket", "integer", ({ bucket }) => bucket.toString()),
    column(rows, "count", "bigint", ({ count }) => count.toString()),
  ]);
  const text = `INSERT INTO ${schema}.step_times AS s (place, hour, step, bucket, count) SELECT * FROM ${from}
     ON CONFLICT (place, hour, step, bucket) DO UPDATE SET count = s.count + excluded.count`;
  return { text, values };
}

/** Adds to the refusals. */
export function addingRefusals(schema: string, rows: readonly RefusalIncrement[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "place", "text", ({ place }) => place),
    column(rows, "hour", "timestamptz", ({ hour }) => instant(hour)),
    column(rows, "step", "text", ({ step }) => step),
    column(rows, "reason", "text", ({ reason }) => reason),
    column(rows, "count", "bigint", ({ count }) => count.toString()),
  ]);
  const text = `INSERT INTO ${schema}.refusals AS r (place, hour, step, reason, count) SELECT * FROM ${from}
     ON CONFLICT (place, hour, step, reason) DO UPDATE SET count = r.count + excluded.count`;
  return { text, values };
}
