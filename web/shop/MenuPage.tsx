import { useSignal } from "@preact/signals";
import { messages } from "../messages/catalogue.ts";
import { formatMoney } from "../messages/format.ts";
import { basketAt } from "../state/shop/basket.ts";
import { menuTrouble, type ShownMenu } from "../state/shop/menu.ts";
import { type PricedBasket, priced } from "../state/shop/pricing.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header, ShopLinks } from "../ui/Header.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Notice } from "../ui/Notice.tsx";
import { SearchField } from "../ui/SearchField.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { BasketPanel } from "./BasketPanel.tsx";
import { MenuRow } from "./MenuRow.tsx";
import { PromiseLine, SiteWarning } from "./PromiseLine.tsx";
import { TooFar } from "./TooFar.tsx";

/** What a site sells, with what is in stock there and the promised time on top. */
export function MenuPage({ siteId, menu }: { siteId: string; menu: ShownMenu | undefined }) {
  const asked = useSignal("");
  const words = messages.value;
  const basket = menu && priced(menu, basketAt(siteId));
  const wanted = asked.value.toLocaleLowerCase().trim();
  const items = menu?.items.filter((item) => `${item.name} ${item.description}`.toLocaleLowerCase().includes(wanted));
  return (
    <>
      <Header live>
        <ShopLinks />
      </Header>
      <main class="page menu-page">
        <div class="menu-head">
          <a class="back small" href="/">
            {words.shop.changeSite}
          </a>
          <h1>{menu?.site.name ?? words.common.loading}</h1>
          {menu && <PromiseLine menu={menu} />}
          {menu && <SiteWarning menu={menu} />}
          {menu && <TooFar menu={menu} />}
          {menuTrouble.value !== undefined && (
            <Notice kind={menu ? "warn" : "bad"}>
              <p>{sentenceOf(menuTrouble.value)}</p>
            </Notice>
          )}
        </div>
        <div class="menu-body">
          {menu && menu.items.length > 10 && <SearchField label={words.shop.findItem} value={asked} />}
          {items && items.length === 0 && (
            <Blank icon="basket" title={wanted === "" ? words.shop.emptyMenu : words.shop.noMatch} />
          )}
          <ul class="items">
            {items?.map((item) => (
              <MenuRow key={item.sku} siteId={siteId} item={item} wish={basketAt(siteId)[item.sku]} />
            ))}
          </ul>
        </div>
        {menu && basket && <BasketPanel siteId={siteId} menu={menu} basket={basket} />}
      </main>
      {basket && basket.count > 0 && <BasketBar siteId={siteId} basket={basket} />}
    </>
  );
}

/** The basket under the thumb on a phone. */
const BasketBar = ({ siteId, basket }: { siteId: string; basket: PricedBasket }) => (
  <section class="basket-bar" aria-label={messages.value.shop.basket}>
    <a class="button main wide" href={`/?site=${encodeURIComponent(siteId)}&step=basket`}>
      <Icon name="basket" />
      <span>{messages.value.shop.toBasket(basket.count)}</span>
      <span class="sum">{formatMoney(basket.total)}</span>
    </a>
  </section>
);
