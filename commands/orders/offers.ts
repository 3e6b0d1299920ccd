import type { Item } from "../../domain/catalogue/item.ts";
import { priceOf, taxIncluded } from "../../domain/money/money.ts";
import type { SubstituteOffer } from "../../domain/order/events.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { Site } from "../../domain/site/site.ts";
import type { CatalogueReader } from "../catalogue/catalogue-reader.ts";

/** So much of an item as a site sells it today. */
export type Offer = SubstituteOffer & Pick<Item, "unit">;

/** What a site sells, priced by the catalogue. */
export class Offers {
  readonly #catalogue: Pick<CatalogueReader, "item">;
  readonly #site: Site;
  readonly #menu: ReadonlySet<string>;

  constructor(catalogue: Pick<CatalogueReader, "item">, site: Site) {
    this.#catalogue = catalogue;
    this.#site = site;
    this.#menu = new Set(site.menu);
  }

  /** Rejects with Refusal where the site does not sell it, and with MoneyError. */
  async of(sku: string, amount: number): Promise<Offer> {
    const item = await this.#catalogue.item(sku);
    if (!item || item.withdrawn || !this.#menu.has(sku)) {
      throw new Refusal("lines_invalid", `${this.#site.name} does not sell ${sku}`);
    }
    const { name, price: unitPrice, unit, allergens } = item;
    const price = priceOf(unitPrice, { amount, unit });
    return { sku, name, unitPrice, price, tax: taxIncluded(price, item.taxBasisPoints), allergens, unit };
  }

  /**
   * What may take the place of a line. It must not be dearer, so that what the customer pays never grows, and be sold by
   * the same unit. Rejects with Refusal.
   */
  async inPlaceOf(
    line: Offer,
    amount: number,
    skus: readonly string[],
    ordered: ReadonlySet<string>,
  ): Promise<readonly SubstituteOffer[]> {
    return await Promise.all(
      [...new Set(skus)].map(async (sku): Promise<SubstituteOffer> => {
        if (ordered.has(sku)) throw new Refusal("lines_invalid", `${sku} is ordered already and stands in for nothing`);
        const { unit, ...offer } = await this.of(sku, amount);
        if (unit !== line.unit || offer.price.currency !== line.price.currency) {
          throw new Refusal("lines_invalid", `${offer.name} is sold otherwise than ${line.name}`);
        }
        if (offer.price.amount > line.price.amount) {
          throw new Refusal("lines_invalid", `${offer.name} costs more than ${line.name}, which it would stand in for`);
        }
        return offer;
      }),
    );
  }
}
