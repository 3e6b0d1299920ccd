import type { Language } from "../messages/catalogue.ts";
import type { Placing } from "../state/order/placing.ts";
import type { PricedBasket } from "../state/shop/basket.ts";
import { type ContactForm, sentOf } from "../state/shop/contact.ts";
import type { ShownMenu } from "../state/shop/menu.ts";

const filled = (text: string): string | undefined => text.trim() || undefined;

/** The order that a confirmed basket asks for, with what this device keeps of it. */
export function orderOf(
  menu: ShownMenu,
  basket: PricedBasket,
  form: ContactForm,
  paymentMethod: string,
  language: Language,
): Omit<Placing, "key" | "principal" | "begunAt"> {
  const { site } = menu;
  return {
    body: {
      siteId: site.siteId,
      lines: basket.lines.map(({ item, quantity, note }) => ({ sku: item.sku, quantity, note: filled(note) })),
      contact: sentOf(form),
      delivery: { method: site.kind === "warehouse" ? "parcel" : "courier" },
      paymentMethod,
      language,
    },
    site: { siteId: site.siteId, name: site.name },
    lines: basket.lines.map(({ item, quantity, note }) => ({
      sku: item.sku,
      name: item.name,
      unit: item.unit,
      quantity,
      note: filled(note),
    })),
    total: basket.total,
  };
}
