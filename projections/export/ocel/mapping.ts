import type { RecordedEvent } from "../../../domain/chain/envelope.ts";

/** The kinds of object that events are about. */
export const OBJECT_TYPES = {
  order: { channel: "string", method: "string", total: "integer", currency: "string" },
  customer: {},
  ticket: { kind: "string" },
  site: { name: "string", kind: "string", city: "string" },
  item: { name: "string" },
  courier: {},
} as const satisfies Record<string, Record<string, AttributeType>>;
export type ObjectType = keyof typeof OBJECT_TYPES;

/** Types of attributes that OCEL 2.0 knows and this log needs. */
export type AttributeType = "string" | "integer" | "boolean";
export type AttributeValue = string | number | boolean;

/** An object as one event speaks of it. */
export interface SeenObject {
  /** `<type>:<key>`: ids are unique in the whole log. */
  readonly id: string;
  readonly type: ObjectType;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Other objects that it belongs to from now on, by what they are to it. */
  readonly related: Readonly<Record<string, string>>;
}

/** An event with the objects that it is about. */
export interface OcelEvent {
  readonly id: string;
  readonly type: string;
  /** Business time, RFC 3339. */
  readonly time: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly objects: readonly SeenObject[];
}

/** Fields of events that tell processes apart; what a person typed is not among them, sealed or not. */
const ATTRIBUTES: Readonly<Record<string, AttributeType>> = {
  stage: "string",
  attempt: "integer",
  attempts: "integer",
  failureType: "string",
  reason: "string",
  status: "string",
  voided: "boolean",
};

/** What of an attribute's value OCEL calls its type. */
export const typeOfValue = (value: AttributeValue): AttributeType =>
  typeof value === "string" ? "string" : typeof value === "number" ? "integer" : "boolean";

type Data = Readonly<Record<string, unknown>>;

const isData = (value: unknown): value is Data => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const listOf = (value: unknown): readonly Data[] => (Array.isArray(value) ? value.filter(isData) : []);

/**
 * An event of the log as OCEL 2.0 has it; undefined for one that was not written by the project. Objects are found by
 * the stream and by the fields that name them in whatever event: a new type needs nothing here.
 */
export function ocelEventOf(event: RecordedEvent): OcelEvent | undefined {
  const { metadata, stream, type, id } = event;
  if (typeof metadata?.at !== "string") return undefined;
  const data = isData(event.data) ? event.data : {};
  const objects = new Map<string, SeenObject>();
  for (const seen of [...ofStream(stream, data), ...ofData(stream, data)]) {
    const before = objects.get(seen.id);
    objects.set(seen.id, {
      ...seen,
      attributes: { ...before?.attributes, ...seen.attributes },
      related: { ...before?.related, ...seen.related },
    });
  }
  return { id, type, time: metadata.at, attributes: attributesOf(event, data), objects: [...objects.values()] };
}

function attributesOf({ stream, revision, metadata }: RecordedEvent, data: Data): Record<string, AttributeValue> {
  const named = Object.entries(ATTRIBUTES).flatMap(([name, type]) => {
    const value = data[name];
    const fits = typeof value === (type === "integer" ? "number" : type);
    return fits ? [[name, value as AttributeValue] as const] : []; // looked at just now
  });
  const actor = text(metadata.actor?.type);
  return { stream, revision: Number(revision), ...(actor && { actor }), ...Object.fromEntries(named) };
}

const seen = (
  type: ObjectType,
  key: string,
  attributes: Readonly<Record<string, AttributeValue | undefined>> = {},
  related: Readonly<Record<string, string>> = {},
): SeenObject => ({
  id: `${type}:${key}`,
  type,
  // Without what is not there.
  attributes: Object.fromEntries(Object.entries(attributes).flatMap(([n, v]) => (v === undefined ? [] : [[n, v]]))),
  related,
});

/** The object whose life the stream is. */
function ofStream(stream: string, data: Data): SeenObject[] {
  const [, prefix, key] = /^(order|access|customer|courier|site|item|ledger)-(.+)$/.exec(stream) ?? [];
  if (key === undefined) return [];
  if (prefix === "ledger") return [seen("site", key.replace(/\.\d+$/, ""))];
  if (prefix === "site") {
    return [seen("site", key, { name: text(data.name), kind: text(data.kind), city: text(data.city) })];
  }
  if (prefix === "item") return [seen("item", key, { name: text(data.name) })];
  if (prefix === "customer" || prefix === "courier") return [seen(prefix, key)];
  return [seen("order", key)];
}

/** The objects that an event's data names. */
function ofData(stream: string, data: Data): SeenObject[] {
  const found: SeenObject[] = [];
  const reserved = /^([0-9a-f-]{36}):(.+)$/.exec(text(data.reservationId) ?? "");
  const orderId = /^(?:order|access)-(.+)$/.exec(stream)?.[1] ?? text(data.orderId) ?? reserved?.[1];
  const fulfilmentId = text(data.fulfilmentId) ?? reserved?.[2];
  const customerId = text(data.customerId);
  const courierId = text(data.courierId);
  if (orderId !== undefined) found.push(orderOf(orderId, customerId, data));
  if (customerId !== undefined) found.push(seen("customer", customerId));
  if (courierId !== undefined) found.push(seen("courier", courierId));
  if (text(data.siteId) !== undefined) found.push(seen("site", text(data.siteId) ?? ""));
  if (orderId !== undefined && fulfilmentId !== undefined) found.push(ticketOf(orderId, fulfilmentId));
  if (orderId !== undefined) {
    for (const fulfilment of listOf(data.fulfilments)) found.push(...fulfilmentOf(orderId, fulfilment));
  }
  for (const line of [...listOf(data.lines), ...listOf(data.missing), data]) {
    const sku = text(line.sku);
    if (sku !== undefined) found.push(seen("item", sku, { name: text(line.name) }));
  }
  return found;
}

function orderOf(orderId: string, customerId: string | undefined, data: Data): SeenObject {
  const total = isData(data.total) && typeof data.total.amount === "number" ? data.total.amount : undefined;
  const method = isData(data.delivery) ? text(data.delivery.method) : undefined;
  const attributes = { channel: text(data.channel), method, total, currency: text(data.currency) };
  return seen(
    "order",
    orderId,
    attributes,
    customerId === undefined ? {} : { [`customer:${customerId}`]: "placed for" },
  );
}

const ticketOf = (orderId: string, fulfilmentId: string, kind?: string, siteId?: string): SeenObject =>
  seen(
    "ticket",
    `${orderId}/${fulfilmentId}`,
    { kind },
    { [`order:${orderId}`]: "part of", ...(siteId && { [`site:${siteId}`]: "made at" }) },
  );

function fulfilmentOf(orderId: string, fulfilment: Data): SeenObject[] {
  const [fulfilmentId, siteId] = [text(fulfilment.fulfilmentId), text(fulfilment.siteId)];
  if (fulfilmentId === undefined || siteId === undefined) return [];
  const kind = text(fulfilment.kind);
  return [
    ticketOf(orderId, fulfilmentId, kind, siteId),
    seen("site", siteId, { name: text(fulfilment.name), kind, city: text(fulfilment.city) }),
    ...listOf(fulfilment.lines).flatMap((line) => {
      const sku = text(line.sku);
      return sku === undefined ? [] : [seen("item", sku, { name: text(line.name) })];
    }),
  ];
}
