import { OrdersPage } from "../tracker/list/OrdersPage.tsx";
import { OrderPage } from "../tracker/OrderPage.tsx";
import { PlacingPage } from "../tracker/pending/PlacingPage.tsx";
import type { Route } from "./router.ts";

/** The pages of orders that are or are being placed. */
export function TrackerPages({ at }: { at: Route }) {
  if (at.page === "order") return <OrderPage key={at.orderId} orderId={at.orderId} />;
  return at.page === "placing" ? <PlacingPage /> : <OrdersPage />;
}
