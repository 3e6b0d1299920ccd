import { SAMPLE_SITES } from "../../../cli/sample-data.ts";
import { ApiClient } from "../../../cli/simulate/api-client.ts";
import type { Cart } from "./order-load.ts";

const PLENTY = 100_000;
const DISHES = ["lasagne", "pizza-funghi", "tiramisu"];

/**
 * Opens so many restaurants in one city, as an admin would: a site is told of its orders one at a time, so orders of a
 * whole city that fall upon two sites would measure how they queue there.
 */
export async function openSites(base: string, count: number): Promise<readonly Cart[]> {
  const ending = new AbortController();
  const admin = new ApiClient(base, { role: "admin", id: "bench" }, ending.signal);
  const like = SAMPLE_SITES.find(({ siteId }) => siteId === "trattoria-lina");
  if (!like) throw new Error("the sample data has no restaurant to open others like it");
  const { siteId: _, ...details } = like;
  return await Promise.all(
    Array.from({ length: count }, async (_, n): Promise<Cart> => {
      const siteId = `bench-${n + 1}`;
      const site = { ...details, siteId, name: `Bench ${n + 1}`, menu: DISHES };
      await done(admin.post("/api/sites", site, siteId));
      const lines = DISHES.map((sku) => ({ sku, quantity: PLENTY }));
      await done(admin.post(`/api/sites/${siteId}/stock/receive`, { lines }, `stock-${siteId}`));
      return { siteId, lines: [{ sku: DISHES[n % DISHES.length] ?? "lasagne", quantity: 1 + (n % 2) }] };
    }),
  );
}

async function done(asked: ReturnType<ApiClient["post"]>): Promise<void> {
  const { status, body } = await asked;
  if (status >= 300) throw new Error(`a site could not be opened: ${status} ${JSON.stringify(body)}`);
}
