import { setTimeout as sleep } from "node:timers/promises";
import type { MenuItem } from "../../projections/views.ts";
import { ApiClient } from "./api-client.ts";
import { declinedCard, strikes } from "./mishaps.ts";
import type { WorldOptions, WorldStats } from "./options.ts";
import { pick } from "./random.ts";
import { sitesThere } from "./sites.ts";

const NAMES = ["Maya", "Jonas", "Aylin", "Emil", "Sofia", "Noah", "Lena", "Tariq"];

/** Of the lines, where things go wrong: those for which the customer takes something else. */
const SUBSTITUTE_SHARE = 0.5;

/** Something that may take an item's place: not dearer, and not ordered already. */
const cheaperThan = (item: MenuItem, items: readonly MenuItem[], ordered: readonly MenuItem[]): string[] =>
  items
    .filter((one) => one.unit === item.unit && one.price.amount <= item.price.amount && !ordered.includes(one))
    .slice(0, 1)
    .map(({ sku }) => sku);

/** Guests who order something now and then, and some who cancel. */
export async function customers(options: WorldOptions, stats: WorldStats, random: () => number): Promise<void> {
  const { base, rate, orders, seed, signal, cancelShare, mishapShare = 0, placed } = options;
  const browse = new ApiClient(base, { role: "guest" }, signal);
  const menus = await menusOf(browse, options);
  const open = new Set<Promise<void>>();
  const beganAt = performance.now();
  for (let n = 0; n < orders && !signal.aborted; n++) {
    const wait = beganAt + (n * 1000) / rate - performance.now();
    if (wait > 0) await sleep(wait, undefined, { signal });
    const { site, items } = pick(menus, random);
    const lines = Array.from({ length: 1 + Math.floor(random() * 2) }, () => pick(items, random));
    const key = `simulated-${seed}-${n}`;
    const order = {
      siteId: site.siteId,
      lines: [...new Set(lines)].map((item) => ({
        sku: item.sku,
        quantity: 1 + Math.floor(random() * 2),
        ...(strikes(mishapShare > 0 ? SUBSTITUTE_SHARE : 0, `${key}/${item.sku}`)
          ? { substitutes: cheaperThan(item, items, lines) }
          : {}),
      })),
      ...(site.kind === "warehouse" ? { delivery: { method: "parcel" } } : {}),
      contact: { name: pick(NAMES, random), email: `guest${n}@example.org`, address: "Torstr. 1, Berlin" },
      ...(strikes(mishapShare, `${key}/card`) ? { paymentMethod: declinedCard(key) } : {}),
    };
    const cancel = random() < cancelShare ? 500 + random() * 2_000 : undefined;
    const buying = buy(
      new ApiClient(base, { role: "guest", id: `${seed}-${n}` }, signal, options.heard),
      order,
      key,
      cancel,
    );
    open.add(buying);
    void buying.catch(() => undefined).finally(() => open.delete(buying));
  }
  await Promise.allSettled(open);

  async function buy(client: ApiClient, order: unknown, key: string, cancelAfter: number | undefined): Promise<void> {
    try {
      const answer = await client.post("/api/orders", order, key);
      if (answer.status >= 300) {
        stats.refused++;
        return;
      }
      stats.placed++;
      const id = String(answer.body?.id);
      placed?.(id, String(answer.body?.status));
      if (cancelAfter === undefined) return;
      await sleep(cancelAfter, undefined, { signal });
      const cancelled = await client.post(`/api/orders/${id}/cancel`, { reason: "changed my mind" }, `${key}-cancel`);
      if (cancelled.status < 300) stats.cancelled++;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

async function menusOf(client: ApiClient, { sites: only, parcels = false }: WorldOptions) {
  for (;;) {
    const sites = (await sitesThere(client)).filter(({ siteId, kind }) =>
      only ? only.includes(siteId) : parcels || kind !== "warehouse",
    );
    const menus = await Promise.all(
      sites.map(async (site) => {
        const menu = await client.get(`/api/sites/${site.siteId}/menu`);
        const items = ((menu.body?.items ?? []) as MenuItem[]).filter(({ available }) => available > 0);
        return { site, items };
      }),
    );
    const selling = menus.filter(({ items }) => items.length > 0);
    if (selling.length > 0) return selling;
    await sleep(500);
  }
}
