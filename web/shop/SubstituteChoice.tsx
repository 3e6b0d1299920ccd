import type { MenuItem } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { formatMoney } from "../messages/format.ts";
import { basketAt, setSubstitutes } from "../state/shop/basket.ts";
import type { ShownMenu } from "../state/shop/menu.ts";
import { type BasketLine, standIns } from "../state/shop/pricing.ts";

/** As many as are asked for here: somebody who is walking does not rank five cakes. */
const MOST = 3;
const NONE = "";

interface SubstituteChoiceProps {
  readonly siteId: string;
  readonly menu: ShownMenu;
  readonly line: BasketLine;
}

/**
 * What shall come in place of an item that turns out to be missing: one thing, or else another, or the money back.
 * Nothing is shown where nothing could come in its place.
 */
export function SubstituteChoice({ siteId, menu, line }: SubstituteChoiceProps) {
  const words = messages.value.shop;
  const allowed = standIns(menu, line.item, basketAt(siteId));
  if (allowed.length === 0) return null;
  const chosen = line.substitutes.map(({ sku }) => sku);
  const places = Math.min(MOST, chosen.length + 1, allowed.length);
  const put = (place: number, sku: string) =>
    setSubstitutes(siteId, line.item.sku, [...chosen.slice(0, place), ...(sku === NONE ? [] : [sku])]);
  return (
    <div class="field substitutes">
      {Array.from({ length: places }, (_, place) => {
        const id = `instead-${line.item.sku}-${place}`;
        const rest = allowed.filter(({ sku }) => !chosen.slice(0, place).includes(sku));
        return (
          <div key={id} class="substitute">
            <label for={id}>
              {place === 0 ? words.ifMissing : words.orElse}
              <span class="unseen">: {line.item.name}</span>
            </label>
            <select id={id} value={chosen[place] ?? NONE} onChange={(event) => put(place, event.currentTarget.value)}>
              <option value={NONE}>{words.moneyBack}</option>
              {rest.map((item) => (
                <option key={item.sku} value={item.sku}>
                  {optionOf(item)}
                </option>
              ))}
            </select>
          </div>
        );
      })}
    </div>
  );
}

const optionOf = (item: MenuItem) => messages.value.shop.instead(item.name, formatMoney(item.price));
