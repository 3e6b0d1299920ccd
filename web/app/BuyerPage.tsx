import { ShopPage } from "../shop/ShopPage.tsx";
import { OrderPage } from "../tracker/OrderPage.tsx";
import { OrdersPage } from "../tracker/OrdersPage.tsx";
import { PlacingPage } from "../tracker/PlacingPage.tsx";
import type { Route } from "./router.ts";

/**
 * The pages of somebody who buys, in one piece: an order that is placed without a network goes on to its own page, and
 * that page cannot be fetched then.
 */
export function BuyerPage({ at }: { at: Route }) {
  switch (at.page) {
    case "orders":
      return <OrdersPage />;
    case "placing":
      return <PlacingPage />;
    case "order":
      return <OrderPage key={at.orderId} orderId={at.orderId} />;
    case "shop":
      return <ShopPage siteId={at.siteId} step={at.step} />;
    default:
      return <ShopPage siteId={undefined} step="menu" />;
  }
}
