import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { RolesPage } from "../dev/RolesPage.tsx";
import { KitchenChoice } from "../kitchen/KitchenChoice.tsx";
import { KitchenPage } from "../kitchen/KitchenPage.tsx";
import { messages } from "../messages/catalogue.ts";
import { ShopPage } from "../shop/ShopPage.tsx";
import { OrderPage } from "../tracker/OrderPage.tsx";
import { OrdersPage } from "../tracker/OrdersPage.tsx";
import { PlacingPage } from "../tracker/PlacingPage.tsx";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";
import { Later } from "./Later.tsx";
import { followLinks, route } from "./router.ts";
import { pageTheme } from "./theme.ts";

const operations = () => import("../operations/OperationsPage.tsx").then(({ OperationsPage }) => OperationsPage);
const analyst = () => import("../analyst/AnalystPage.tsx").then(({ AnalystPage }) => AnalystPage);

/** All screens: shows the page that the address names. */
export function App() {
  useEffect(() => {
    document.addEventListener("click", followLinks);
    return () => document.removeEventListener("click", followLinks);
  }, []);
  useSignalEffect(() => {
    const { page } = route.value;
    document.title = `${messages.value.common.page[page]} · Ordertrail`;
    const theme = pageTheme(page === "kitchen");
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  });
  return <Page />;
}

function Page() {
  const at = route.value;
  switch (at.page) {
    case "shop":
      return <ShopPage siteId={at.siteId} step={at.step} />;
    case "orders":
      return <OrdersPage />;
    case "placing":
      return <PlacingPage />;
    case "order":
      return <OrderPage key={at.orderId} orderId={at.orderId} />;
    case "kitchens":
      return <KitchenChoice />;
    case "kitchen":
      return <KitchenPage key={at.siteId} siteId={at.siteId} station={at.station} />;
    case "analyst":
      return <Later load={analyst} parts={at.parts} query={at.query} />;
    case "operations":
      return <Later load={operations} parts={at.parts} query={at.query} />;
    case "roles":
      return <RolesPage />;
    case "missing":
      return (
        <>
          <Header />
          <main>
            <Blank icon="search" title={messages.value.common.missing}>
              <a class="button" href="/">
                {messages.value.common.toShop}
              </a>
            </Blank>
          </main>
        </>
      );
  }
}
