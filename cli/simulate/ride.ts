import { setTimeout as sleep } from "node:timers/promises";
import type { OrderView, SiteView } from "../../projections/views.ts";
import type { ApiClient } from "./api-client.ts";
import type { WorldOptions } from "./options.ts";

type Position = SiteView["position"];

/** So often a courier's app says where the courier is, between shop and door. */
const LEGS = 8;

const between = (from: Position, to: Position, share: number): Position => ({
  lat: Math.round(from.lat + (to.lat - from.lat) * share),
  lon: Math.round(from.lon + (to.lon - from.lon) * share),
});

/**
 * The way from shop to door, in the time that a way takes. Where both are known and somebody hears of it, the courier is
 * seen to move.
 */
export async function ride(
  { stepMs, signal, moved }: Pick<WorldOptions, "stepMs" | "signal" | "moved">,
  client: ApiClient,
  courierId: string,
  order: OrderView,
): Promise<void> {
  const door = order.contact?.position;
  const site = door && moved ? await siteOf(client, order) : undefined;
  if (!moved || !door || !site) {
    await sleep(stepMs, undefined, { signal });
    return;
  }
  for (let leg = 0; leg < LEGS; leg++) {
    await moved(courierId, between(site, door, leg / LEGS));
    await sleep(stepMs / LEGS, undefined, { signal });
  }
}

async function siteOf(client: ApiClient, { fulfilments }: OrderView): Promise<Position | undefined> {
  const siteId = fulfilments[0]?.siteId;
  if (siteId === undefined) return undefined;
  const { status, body } = await client.get(`/api/sites/${siteId}`);
  return status === 200 ? (body as unknown as SiteView).position : undefined; // as the API describes it
}

/** Tells the couriers' app of the simulators where somebody is. That it does not hear it harms nobody. */
export const toldTo =
  (courierUrl: string): NonNullable<WorldOptions["moved"]> =>
  async (courierId, { lat, lon }) => {
    await fetch(`${courierUrl.replace(/\/$/, "")}/positions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ courierId, lat, lon }),
      signal: AbortSignal.timeout(1_000),
    }).catch(() => undefined);
  };
