import type { Language } from "../messages/catalogue.ts";
import type { Placing } from "../state/order/placing.ts";
import { type ContactForm, sentOf } from "../state/shop/contact.ts";
import type { ShownMenu } from "../state/shop/menu.ts";
import { chosenPlace } from "../state/shop/place/place.ts";
import type { PricedBasket } from "../state/shop/pricing.ts";

const filled = (text: string): string | undefined => text.trim() || undefined;

/** A parcel is promised in the carrier's time; what is not known is an hour. */
const minutesTo = ({ site, promisedMinutes = 60 }: ShownMenu): number =>
  site.kind === "warehouse" ? 3 * 24 * 60 : promisedMinutes;

/** The order that a confirmed basket asks for, with what this device keeps of it. */
export function orderOf(
  menu: ShownMenu,
  basket: PricedBasket,
  form: ContactForm,
  paymentMethod: string,
  language: Language,
): Omit<Placing, "key" | "principal" | "begunAt"> {
  const { site } = menu;
  const place = chosenPlace.peek();
  // The middle of a district would lead a courier astray.
  const position = place?.exact ? { lat: place.lat, lon: place.lon } : undefined;
  return {
    body: {
      siteId: site.siteId,
      lines: basket.lines.map(({ item, quantity, note, substitutes }) => ({
        sku: item.sku,
        quantity,
        note: filled(note),
        substitutes: substitutes.length > 0 ? substitutes.map(({ sku }) => sku) : undefined,
      })),
      contact: { ...sentOf(form), position },
      delivery: { method: site.kind === "warehouse" ? "parcel" : "courier" },
      paymentMethod,
      language,
    },
    site: { siteId: site.siteId, name: site.name },
    lines: basket.lines.map(({ item, quantity, note, substitutes }) => ({
      sku: item.sku,
      name: item.name,
      unit: item.unit,
      quantity,
      note: filled(note),
      substitutes: substitutes.length > 0 ? substitutes.map(({ sku }) => sku) : undefined,
    })),
    total: basket.total,
    expected: {
      kind: site.kind,
      city: site.city,
      timeZone: site.timeZone,
      stations: site.stations,
      method: site.kind === "warehouse" ? "parcel" : "courier",
      promisedAt: new Date(Date.now() + minutesTo(menu) * 60_000).toISOString(),
      deliveryFee: basket.fee,
      prices: basket.lines.map(({ price }) => price),
    },
  };
}
