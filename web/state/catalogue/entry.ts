import type { Item } from "../../../domain/catalogue/item.ts";
import type { SiteView } from "../../../projections/views.ts";

/** An item or a site as it is, with the revision that a change is made from. */
export interface Entry {
  readonly item?: Item | undefined;
  readonly site?: SiteView | undefined;
  readonly revision: string;
}
