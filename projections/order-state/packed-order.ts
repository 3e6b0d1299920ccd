import { evolve } from "../../domain/order/evolve.ts";
import type { Order } from "../../domain/order/state.ts";

// How an order's state lies in a row: in a fixed sequence of keys and without what is as in a new order. The text must
// not depend on how the events were cut into batches (a state that was read back has its keys elsewhere than one that
// was just folded), and it is rewritten at every event, so it is kept short.

/** What of an order stands in columns beside the state, and its lines, which stand where the order was placed. */
export type OrderKeys = Pick<Order, "orderId" | "customerId" | "placedBy" | "placedAt">;

type Fields = Readonly<Record<string, unknown>>;

const money = { amount: 0, currency: "" };

/** A new order of one fulfilment: which keys there are, their sequence, and what they begin with. */
const BLANK = evolve(
  undefined,
  {
    type: "order.placed",
    data: {
      orderId: "",
      customerId: "",
      placedBy: "",
      channel: "web",
      fulfilments: [
        {
          fulfilmentId: "",
          siteId: "",
          kind: "restaurant",
          name: "",
          city: "",
          timeZone: "",
          stations: [],
          lines: [],
        },
      ],
      subtotal: money,
      deliveryFee: money,
      tax: money,
      total: money,
      currency: "",
      delivery: { method: "courier", promisedAt: "" },
      paymentMethod: "",
      holdUntil: "",
      contact: { kid: "", alg: "A256GCM", iv: "", ct: "" },
    },
  },
  "",
) as unknown as Fields; // walked by key: a field that the domain adds is kept without a change here
const BLANK_FULFILMENT = (BLANK.fulfilments as readonly Fields[])[0] ?? {};

const IN_COLUMNS = ["orderId", "customerId", "placedBy", "placedAt", "fulfilments"];
const ELSEWHERE = ["lines"];

/** Which fields are looked for, in which sequence. */
interface Shape {
  readonly fields: readonly {
    readonly key: string;
    readonly begins: unknown;
    /** Of a value that is a record, when it begins as one. */
    readonly inner: Shape | undefined;
  }[];
  /** All keys that need not be looked for any more. */
  readonly known: ReadonlySet<string>;
}

function shapeOf(blank: Fields, without: readonly string[]): Shape {
  const fields = Object.entries(blank)
    .filter(([key]) => !without.includes(key))
    .map(([key, begins]) => ({ key, begins, inner: isRecord(begins) ? shapeOf(begins, []) : undefined }));
  return { fields, known: new Set([...Object.keys(blank), ...without]) };
}

const ORDER_SHAPE = shapeOf(BLANK, IN_COLUMNS);
const FULFILMENT_SHAPE = shapeOf(BLANK_FULFILMENT, ELSEWHERE);

/** The state as text for its row. Written piece by piece: an object made for JSON.stringify costs twice as much. */
export function packOrder(order: Order): string {
  const fields = order as unknown as Fields;
  const fulfilments = (fields.fulfilments as readonly Fields[]).map((one) => `{${differing(one, FULFILMENT_SHAPE)}}`);
  const rest = differing(fields, ORDER_SHAPE);
  return `{${rest}${rest === "" ? "" : ","}"fulfilments":[${fulfilments.join(",")}]}`;
}

/** The state of a row; its fulfilments have no lines. `packed` is what the database gave back for `packOrder`'s text. */
export function unpackOrder(keys: OrderKeys, packed: unknown): Order {
  const { fulfilments, ...rest } = packed as Fields & { readonly fulfilments: readonly Fields[] };
  return {
    ...completed(rest, BLANK),
    ...keys,
    fulfilments: fulfilments.map((one) => completed(one, BLANK_FULFILMENT)),
  } as unknown as Order;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** The fields that are not as they begin, in the shape's sequence; others follow in alphabetical order. */
function differing(value: Fields, { fields, known }: Shape): string {
  let text = "";
  const put = (key: string, json: string): void => {
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${json}`;
  };
  for (const { key, begins, inner } of fields) {
    const is = value[key];
    if (is === begins) continue;
    if (is === undefined) {
      if (key in value) put(key, "null");
    } else if (inner && isRecord(is)) {
      const json = differing(is, inner);
      if (json !== "") put(key, `{${json}}`);
    } else if (!(isEmptyList(is) && isEmptyList(begins))) put(key, JSON.stringify(sorted(is)));
  }
  for (const key of Object.keys(value)
    .filter((one) => !known.has(one))
    .sort()) {
    if (value[key] !== undefined) put(key, JSON.stringify(sorted(value[key])));
  }
  return text;
}

/** The fields with those filled in that were left out. */
function completed(packed: Fields, blank: Fields): Fields {
  const out: Record<string, unknown> = {};
  for (const key in blank) {
    const [value, begins] = [packed[key], blank[key]];
    if (value === undefined) out[key] = begins;
    else if (value === null) out[key] = undefined;
    else out[key] = isRecord(value) && isRecord(begins) ? completed(value, begins) : value;
  }
  for (const key in packed) if (!(key in blank)) out[key] = packed[key];
  return out;
}

/** A value with the keys of all its objects in alphabetical order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}
