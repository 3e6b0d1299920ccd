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

// Pages that are fetched when they are first opened.
const account = () => import("../account/AccountPage.tsx").then(({ AccountPage }) => AccountPage);
const analyst = () => import("../analyst/AnalystPage.tsx").then(({ AnalystPage }) => AnalystPage);
const catalogue = () => import("../catalogue/CataloguePage.tsx").then(({ CataloguePage }) => CataloguePage);
const courier = () => import("../courier/CourierPage.tsx").then(({ CourierPage }) => CourierPage);
const operations = () => import("../operations/OperationsPage.tsx").then(({ OperationsPage }) => OperationsPage);
const phone = () => import("../phone/PhonePage.tsx").then(({ PhonePage }) => PhonePage);
const receipt = () => import("../tracker/ReceiptPage.tsx").then(({ ReceiptPage }) => ReceiptPage);
const support = () => import("../support/SupportPage.tsx").then(({ SupportPage }) => SupportPage);
const AREAS = { account, analyst, catalogue, courier, operations, phone, support };

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
    case "receipt":
      return <Later key={at.orderId} load={receipt} orderId={at.orderId} />;
    case "account":
    case "analyst":
    case "catalogue":
    case "courier":
    case "operations":
    case "phone":
    case "support":
      return <Later key={at.page} load={AREAS[at.page]} parts={at.parts} query={at.query} />;
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
