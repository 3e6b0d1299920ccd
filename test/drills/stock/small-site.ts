import { SAMPLE_SITES } from "../../../cli/sample-data.ts";
import { type ApiAnswer, ApiClient } from "../../../cli/simulate/api-client.ts";
import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import { ledgerStream } from "../../../domain/inventory/events.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";
import { foldBooks, type SiteBooks } from "../judge/stock.ts";

/** A site that sells one item, opened through the API as an admin would. */
export interface SmallSite {
  readonly siteId: string;
  readonly sku: string;
  /** Says how many there are. */
  count(onHand: number): Promise<void>;
  receive(quantity: number): Promise<void>;
  order(quantity?: number): { readonly siteId: string; readonly lines: readonly unknown[]; readonly contact: unknown };
  /** Its ledger, folded from its own stream. */
  books(store: EventStore): Promise<SiteBooks>;
}

/** Opens a site with a stock of its one item. */
export async function openSmallSite(base: string, name: string, stock: number): Promise<SmallSite> {
  const { signal } = new AbortController();
  const admin = new ApiClient(base, { role: "admin", id: "drill" }, signal);
  const like = SAMPLE_SITES.find(({ kind }) => kind === "restaurant");
  if (!like) throw new Error("the sample data has no restaurant to open a further one like it");
  const siteId = `drill-${name}`;
  const sku = `drill-${name}-item`;
  let done = 0;
  const post = async (path: string, body: unknown): Promise<void> => {
    done++;
    const answer: ApiAnswer = await admin.post(path, body, `${siteId}-${done}`);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  await post("/api/items", { sku, name: `The last ${name}`, price: { amount: 500, currency: "EUR" }, unit: "each" });
  await post("/api/sites", { ...like, siteId, name: `Drill ${name}`, menu: [sku] });
  if (stock > 0) await post(`/api/sites/${siteId}/stock/receive`, { lines: [{ sku, quantity: stock }] });
  return {
    siteId,
    sku,
    count: (onHand) => post(`/api/sites/${siteId}/stock/count`, { sku, onHand }),
    receive: (quantity) => post(`/api/sites/${siteId}/stock/receive`, { lines: [{ sku, quantity }] }),
    order: (quantity = 1) => ({
      siteId,
      lines: [{ sku, quantity }],
      contact: { name: "Buyer", email: "buyer@example.org", address: "Torstr. 1, Berlin" },
    }),
    async books(store) {
      const events: RecordedEvent[] = await store.readStream(ledgerStream(siteId, 0));
      return foldBooks(siteId, [events]);
    },
  };
}
