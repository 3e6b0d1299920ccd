import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import type { Money, Quantity } from "../../../domain/money/money.ts";
import type { Language, OrderEvent, OrderLine, OrderPlaced } from "../../../domain/order/events.ts";
import type { Order } from "../../../domain/order/state.ts";
import { changesTold, numberOf } from "./owed-notices.ts";

/** Some of an item. */
export interface Item {
  readonly name: string;
  readonly quantity: Quantity;
}

/** An item that was missing, what takes its place where something does, and what is given back for it. */
export interface Change {
  readonly missing: Item;
  readonly instead: Item | undefined;
  readonly refund: Money;
}

/** What a message to a customer may speak of. Of the person it holds the name alone. */
export interface Story {
  readonly language: Language;
  /** The order's number as people say it. */
  readonly number: string;
  readonly name: string;
  /** Who makes what the message is about. */
  readonly sites: readonly string[];
  readonly items: readonly Item[];
  readonly total: Money;
  /** Items that were sold out. */
  readonly soldOut: readonly string[];
  readonly changes: readonly Change[];
  /** The refund that the message is about. */
  readonly refund: Money | undefined;
  readonly tracking: string | undefined;
  readonly cancelledBy: string | undefined;
}

const itemOf = ({ name, quantity }: OrderLine): Item => ({ name, quantity });

/** The number that people say to each other. */
const numberSaid = (orderId: string): string => orderId.slice(0, 6).toUpperCase();

const OF_HISTORY = new Set(["rerouted", "line_changed", "cancelled", "refunded"]);

/** Whether a notice tells of more than the placing and the order as it stands: most do not, and one event is read. */
export const needsHistory = (notice: string, order: Order): boolean =>
  OF_HISTORY.has(notice.split("/")[0] ?? "") || order.fulfilments.some(({ replaced }) => replaced);

/** What there is to tell of a notice, from the order and its stored events. */
export function storyOf(
  notice: string,
  {
    placed,
    order,
    events,
    name,
  }: {
    readonly placed: OrderPlaced;
    readonly order: Order;
    readonly events: readonly RecordedEvent[];
    readonly name: string;
  },
): Story {
  // Streams of orders hold orders' events; what is of a later type is passed over by its name.
  const told = events.map(({ type, data }) => ({ type, data }) as OrderEvent);
  const [kind = "", about] = notice.split("/");
  const rerouted = told.filter((event) => event.type === "order.rerouted");
  const names = new Map(
    [...placed.fulfilments, ...rerouted.flatMap(({ data }) => data.fulfilments)].map((f) => [f.fulfilmentId, f.name]),
  );
  const parts = partsOf(
    kind,
    about,
    order,
    rerouted[numberOf(notice) - 1]?.data.fulfilments.map((f) => f.fulfilmentId),
  );
  const refund = kind === "refunded" ? refundOf(told, order.payment.refunds[numberOf(notice) - 1]) : undefined;
  return {
    language: placed.language ?? "en",
    number: numberSaid(order.orderId),
    name,
    sites: [...new Set(parts.map(({ fulfilmentId }) => names.get(fulfilmentId) ?? ""))],
    items: parts.flatMap(({ lines }) => lines.map(itemOf)),
    total: order.total,
    soldOut: order.missing.map(({ sku }) => nameOf(placed, sku)),
    changes: kind === "line_changed" ? changesOf(told, placed).slice(changesTold(order), numberOf(notice)) : [],
    refund,
    tracking: parts.map(({ shipment }) => shipment?.trackingNumber).find((number) => number !== undefined),
    cancelledBy: told.find((event) => event.type === "order.cancelled")?.data.by,
  };
}

/** The fulfilments that a notice is about: one, those that came in a rerouting, or all that count. */
function partsOf(kind: string, about: string | undefined, order: Order, rerouted: readonly string[] | undefined) {
  const { fulfilments } = order;
  if (kind === "shipped") return fulfilments.filter(({ fulfilmentId }) => fulfilmentId === about);
  if (kind === "rerouted") return fulfilments.filter(({ fulfilmentId }) => rerouted?.includes(fulfilmentId));
  return fulfilments.filter(({ replaced }) => !replaced);
}

const refundOf = (told: readonly OrderEvent[], reference: string | undefined): Money | undefined =>
  told.filter((event) => event.type === "payment.refunded").find(({ data }) => data.refund === reference)?.data.amount;

function changesOf(told: readonly OrderEvent[], placed: OrderPlaced): Change[] {
  const lines = new Map<string, Item>();
  const know = (fulfilmentId: string, line: OrderLine) => lines.set(`${fulfilmentId}/${line.sku}`, itemOf(line));
  for (const { fulfilmentId, lines: all } of placed.fulfilments) for (const line of all) know(fulfilmentId, line);
  return told.flatMap((event): Change[] => {
    if (event.type === "order.rerouted") {
      for (const { fulfilmentId, lines: all } of event.data.fulfilments)
        for (const line of all) know(fulfilmentId, line);
    }
    if (event.type !== "order.line_removed" && event.type !== "order.line_substituted") return [];
    const { fulfilmentId, sku, refund } = event.data;
    const missing = lines.get(`${fulfilmentId}/${sku}`) ?? {
      name: sku,
      quantity: { amount: 1, unit: "each" as const },
    };
    if (event.type === "order.line_removed") return [{ missing, instead: undefined, refund }];
    know(fulfilmentId, event.data.substitute);
    return [{ missing, instead: itemOf(event.data.substitute), refund }];
  });
}

const nameOf = (placed: OrderPlaced, sku: string): string =>
  placed.fulfilments.flatMap(({ lines }) => lines).find((line) => line.sku === sku)?.name ?? sku;
