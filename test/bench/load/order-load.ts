import { randomUUID } from "node:crypto";
import { tokenFor } from "../../system.ts";
import { KeepAliveClient, type Load } from "./load.ts";

/** What one order asks for. */
export interface Cart {
  readonly siteId: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly note?: string }[];
}

const CARTS: readonly Cart[] = [
  { siteId: "sweet-crumbs", lines: [{ sku: "butter-croissant", quantity: 2 }] },
  { siteId: "trattoria-lina", lines: [{ sku: "pizza-funghi", quantity: 1 }] },
  {
    siteId: "sweet-crumbs",
    lines: [
      { sku: "cinnamon-roll", quantity: 1 },
      { sku: "sourdough-loaf", quantity: 1, note: "sliced, please" },
    ],
  },
  { siteId: "trattoria-lina", lines: [{ sku: "tiramisu", quantity: 2 }] },
];
const CONTACT = { name: "Maya", email: "maya@example.org", address: "Torstr. 1, Berlin" };
/** Guests who place orders over connections that are kept: one order for each `send`. */
export async function orderLoad(
  url: string,
  carts: readonly Cart[] = CARTS,
): Promise<Pick<Load, "send"> & { close(): void }> {
  const bodies = carts.map((cart) => JSON.stringify({ ...cart, contact: CONTACT }));
  const client = new KeepAliveClient(url);
  const authorization = `Bearer ${await tokenFor(url, "guest")}`;
  return {
    send: (n) =>
      client.post("/api/orders", bodies[n % bodies.length] ?? "", { authorization, "idempotency-key": randomUUID() }),
    close: () => client.close(),
  };
}
