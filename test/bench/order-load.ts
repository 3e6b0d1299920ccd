import { randomUUID } from "node:crypto";
import { tokenFor } from "../system.ts";
import { KeepAliveClient, type Load } from "./load.ts";

const CARTS = [
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
const bodies = CARTS.map((cart) => JSON.stringify({ ...cart, contact: CONTACT }));

/** Guests who place orders over connections that are kept: one order for each `send`. */
export async function orderLoad(url: string): Promise<Pick<Load, "send"> & { close(): void }> {
  const client = new KeepAliveClient(url);
  const authorization = `Bearer ${await tokenFor(url, "guest")}`;
  return {
    send: (n) =>
      client.post("/api/orders", bodies[n % bodies.length] ?? "", { authorization, "idempotency-key": randomUUID() }),
    close: () => client.close(),
  };
}
