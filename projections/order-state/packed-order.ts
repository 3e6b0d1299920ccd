import { evolve, type Order } from "../../domain/order/state.ts";

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

const IN_COLUMNS: ReadonlySet<string> = new Set(["orderId", "customerId", "placedBy", "placedAt"]);
const ELSEWHERE: ReadonlySet<string> = new Set(["lines"]);
const NOTHING: ReadonlySet<string> = new Set();

/** The state as text for its row. */
export function packOrder(order: Order): string {
  const fields = order as unknown as Fields;
  const { fulfilments, ...rest } = fields;
  return JSON.stringify({
    ...differing(rest, BLANK, IN_COLUMNS),
    fulfilments: (fulfilments as readonly Fields[]).map((one) => differing(one, BLANK_FULFILMENT, ELSEWHERE)),
  });
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

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** The fields that differ from `blank`, in its sequence; fields that it does not know follow in alphabetical order. */
function differing(value: Fields, blank: Fields, without: ReadonlySet<string>): Fields {
  const out: Record<string, unknown> = {};
  for (const key in blank) {
    if (without.has(key) || value[key] === blank[key]) continue;
    if (key in value) put(out, key, value[key], blank[key]);
  }
  for (const key of Object.keys(value).sort()) if (!(key in blank) && !without.has(key)) out[key] = sorted(value[key]);
  return out;
}

function put(out: Record<string, unknown>, key: string, value: unknown, blank: unknown): void {
  if (value === undefined) out[key] = null;
  else if (isRecord(value) && isRecord(blank)) {
    const inner = differing(value, blank, NOTHING);
    for (const _ in inner) {
      out[key] = inner;
      return;
    }
  } else if (!(isEmptyList(value) && isEmptyList(blank))) out[key] = sorted(value);
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
