import type { MenuItem } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { formatMoney, formatQuantity } from "../messages/format.ts";
import { setQuantity } from "../state/shop/basket.ts";
import { stepOf, type Wish } from "../state/shop/pricing.ts";
import { Icon } from "../ui/Icon.tsx";
import { Picture } from "./Picture.tsx";
import { Stepper } from "./Stepper.tsx";

const FEW = 5;

interface MenuRowProps {
  readonly siteId: string;
  readonly item: MenuItem;
  readonly wish: Wish | undefined;
}

/** One item of a menu. Sold out is said in place; the row stays where it is. */
export function MenuRow({ siteId, item, wish }: MenuRowProps) {
  const words = messages.value.shop;
  const soldOut = item.available < stepOf(item);
  return (
    <li class="item" data-sold-out={soldOut} data-sku={item.sku}>
      <Picture item={item} />
      <div class="what">
        <h2>{item.name}</h2>
        {item.description !== "" && <p class="quiet small">{item.description}</p>}
        <p class="facts small">
          <strong class="price">{formatMoney(item.price)}</strong>
          {item.unit === "g" && <span class="quiet">{words.per("kg")}</span>}
          <StockTag item={item} soldOut={soldOut} />
          {item.allergens.length > 0 && (
            <span class="allergens quiet">
              <Icon name="allergen" />
              {words.contains} {item.allergens.join(", ")}
            </span>
          )}
        </p>
      </div>
      <div class="choose">
        {wish ? (
          <Stepper
            name={item.name}
            quantity={wish.quantity}
            unit={item.unit}
            step={stepOf(item)}
            most={item.available}
            onChange={(quantity) => setQuantity(siteId, item.sku, quantity)}
          />
        ) : (
          <button
            type="button"
            class="button add"
            disabled={soldOut}
            aria-label={words.addItem(item.name)}
            onClick={() => setQuantity(siteId, item.sku, Math.min(item.available, stepOf(item)))}
          >
            <Icon name="plus" />
            {words.add}
          </button>
        )}
      </div>
    </li>
  );
}

/** What is left of an item, once that is little. It has its room before: nothing moves when an item sells out. */
function StockTag({ item, soldOut }: { item: MenuItem; soldOut: boolean }) {
  const words = messages.value.shop;
  const left = (amount: number) => words.left(formatQuantity({ amount, unit: item.unit }));
  const most = left(FEW * stepOf(item));
  return (
    <span class="stock" data-room={most.length > words.soldOut.length ? most : words.soldOut}>
      {soldOut ? (
        <span class="tag" data-kind="bad">
          <Icon name="cross" />
          {words.soldOut}
        </span>
      ) : (
        item.available <= FEW * stepOf(item) && (
          <span class="tag" data-kind="warn">
            <Icon name="warning" />
            {left(item.available)}
          </span>
        )
      )}
    </span>
  );
}
