import type { Contact } from "../../../domain/order/events.ts";
import type { Site } from "../../api/phone.ts";

/** A site with its distance from the customer, where that can be told. */
export interface RankedSite {
  readonly site: Site;
  readonly km: number | undefined;
}

const EARTH_KM = 6_371;
const radians = (microdegrees: number) => (microdegrees / 1_000_000) * (Math.PI / 180);

/** Kilometres as the crow flies between two positions in microdegrees. */
export function kilometres(a: NonNullable<Contact["position"]>, b: NonNullable<Contact["position"]>): number {
  const [lat1, lat2] = [radians(a.lat), radians(b.lat)];
  const h =
    Math.sin((lat2 - lat1) / 2) ** 2 +
    Math.cos(lat1) * Math.cos(lat2) * Math.sin((radians(b.lon) - radians(a.lon)) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

const inAddress = (address: string | undefined, city: string): boolean =>
  address?.toLowerCase().includes(city.toLowerCase()) ?? false;

/** The city of an address, of those that there are; the longest where one name holds another. */
export const cityOf = (address: string | undefined, cities: readonly string[]): string | undefined =>
  cities.filter((city) => inAddress(address, city)).toSorted((a, b) => b.length - a.length)[0];

/**
 * Sites for an order, the likeliest first. A parcel goes out from a warehouse where there is one; a courier comes from
 * the nearest site. Without a position: sites of the city in the address, and among them where the customer ordered last.
 */
export function rankSites(
  sites: readonly Site[],
  asked: {
    readonly method: "courier" | "parcel";
    readonly contact: Pick<Contact, "address" | "position"> | undefined;
    readonly lastSiteId: string | undefined;
  },
): readonly RankedSite[] {
  const { method, contact, lastSiteId } = asked;
  const ranked = sites
    .filter(({ kind, status }) => status !== "closed" && (method === "parcel" || kind !== "warehouse"))
    .map((site) => ({
      site,
      km: contact?.position && kilometres(contact.position, site.position),
      order: [
        method === "parcel" && site.kind !== "warehouse" ? 1 : 0,
        site.status === "open" ? 0 : 1,
        contact?.position || inAddress(contact?.address, site.city) ? 0 : 1,
        contact?.position || site.siteId === lastSiteId ? 0 : 1,
      ],
    }));
  const sorted = ranked.toSorted((a, b) => {
    for (const [n, one] of a.order.entries()) if (one !== b.order[n]) return one - (b.order[n] ?? 0);
    return (a.km ?? 0) - (b.km ?? 0) || a.site.name.localeCompare(b.site.name);
  });
  return sorted.map(({ site, km }) => ({ site, km }));
}
