import { createOrdertrailClient } from "./client.ts";

// Places an order and reads what has happened to it. Against `npm start`:
//
//   node clients/typescript/example.ts
//   ORDERTRAIL_URL=https://orders.example TOKEN=… node clients/typescript/example.ts

const url = process.env.ORDERTRAIL_URL ?? "http://127.0.0.1:7300";

/** TOKEN, else a development token for a role. */
async function tokenOf(role: "guest" | "support"): Promise<string> {
  if (process.env.TOKEN) return process.env.TOKEN;
  const response = await fetch(`${url}/dev/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ role }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`no development token: ${response.status}; set TOKEN to one of your issuer's`);
  return ((await response.json()) as { token: string }).token;
}

const guestToken = await tokenOf("guest");
const guest = createOrdertrailClient({ url, token: () => guestToken });

// The key makes it safe to send the order again when no answer came.
const placed = await guest.POST("/api/orders", {
  headers: { "idempotency-key": crypto.randomUUID() },
  body: {
    siteId: "sweet-crumbs",
    lines: [{ sku: "birthday-cake", quantity: 1, note: "Happy birthday, Maya" }],
    contact: { name: "Maya", email: "maya@example.org", address: "Torstr. 1, Berlin" },
  },
});
if (placed.error) throw new Error(`not placed: ${placed.error.title} (${placed.error.code})`);
const { id: orderId, position } = placed.data;
console.log(`placed ${orderId}: ${placed.data.status}`);

// `after` waits until the read model shows what was just done.
const order = await guest.GET("/api/orders/{orderId}", { params: { path: { orderId }, query: { after: position } } });
if (order.error) throw new Error(`not read: ${order.error.title}`);
const { number, total } = order.data;
console.log(`order ${number}: ${(total.amount / 100).toFixed(2)} ${total.currency}`);

const supportToken = await tokenOf("support");
const support = createOrdertrailClient({ url, token: () => supportToken });
const timeline = await support.GET("/api/orders/{orderId}/timeline", {
  params: { path: { orderId }, query: { after: position } },
});
if (timeline.error) throw new Error(`no timeline: ${timeline.error.title}`);
for (const { at, sentence } of timeline.data.events) console.log(`${at}  ${sentence}`);
