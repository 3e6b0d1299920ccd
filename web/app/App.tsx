import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { messages } from "../messages/catalogue.ts";
import { linkManifest } from "../pwa/app-of.ts";
import { NewVersion } from "../pwa/NewVersion.tsx";
import { principalAt, whoIsHere } from "../state/auth.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";
import { Boundary } from "./Boundary.tsx";
import { Later } from "./Later.tsx";
import { followLinks, place, type Route, route } from "./router.ts";
import { type Screen, screenOf } from "./screens.ts";
import { applyTheme } from "./theme.ts";

// Pages that are fetched when they are first opened.
const account = () => import("../account/AccountPage.tsx").then(({ AccountPage }) => AccountPage);
const analyst = () => import("../analyst/AnalystPage.tsx").then(({ AnalystPage }) => AnalystPage);
const catalogue = () => import("../catalogue/CataloguePage.tsx").then(({ CataloguePage }) => CataloguePage);
const courier = () => import("../courier/CourierPage.tsx").then(({ CourierPage }) => CourierPage);
const kitchen = () => import("../kitchen/KitchenPage.tsx").then(({ KitchenPage }) => KitchenPage);
const kitchens = () => import("../kitchen/KitchenChoice.tsx").then(({ KitchenChoice }) => KitchenChoice);
const operations = () => import("../operations/OperationsPage.tsx").then(({ OperationsPage }) => OperationsPage);
const phone = () => import("../phone/PhonePage.tsx").then(({ PhonePage }) => PhonePage);
const receipt = () => import("../tracker/receipt/ReceiptPage.tsx").then(({ ReceiptPage }) => ReceiptPage);
const roleNeeded = () => import("./access/RoleNeeded.tsx").then(({ RoleNeeded }) => RoleNeeded);
const tracker = () => import("./TrackerPages.tsx").then(({ TrackerPages }) => TrackerPages);
// An order that is placed without a network goes on to its own page, which cannot be fetched then.
const shop = () => Promise.all([import("../shop/ShopPage.tsx"), tracker()]).then(([{ ShopPage }]) => ShopPage);
const signIn = () => import("./start/SignInPage.tsx").then(({ SignInPage }) => SignInPage);
const start = () => import("./start/StartPage.tsx").then(({ StartPage }) => StartPage);
const support = () => import("../support/SupportPage.tsx").then(({ SupportPage }) => SupportPage);
const AREAS = { account, analyst, catalogue, courier, operations, phone, support };

/** All screens: shows the page that the address names, to those who may see it. */
export function App() {
  useEffect(() => {
    document.addEventListener("click", followLinks);
    return () => document.removeEventListener("click", followLinks);
  }, []);
  useSignalEffect(() => {
    const { page } = route.value;
    document.title = `${messages.value.common.page[page]} · Ordertrail`;
    applyTheme(page === "kitchen");
    linkManifest(page);
  });
  const at = route.value;
  const closed = closedScreen(at);
  return (
    <>
      {/* A page that failed is tried afresh at another address. */}
      <Boundary at={place.value}>{closed ? <Later load={roleNeeded} screen={closed} /> : <Page at={at} />}</Boundary>
      <NewVersion />
    </>
  );
}

/** The screen of a page that whoever is here may not see. The shop is open to all, a kitchen asks for its own people. */
function closedScreen({ page }: Route): Screen | undefined {
  const screen = screenOf(page);
  if (screen === undefined || screen.seat === "shop" || screen.seat === "kitchen") return undefined;
  const role = principalAt(screen.seat)?.role;
  return role !== undefined && screen.roles.includes(role) ? undefined : screen;
}

function Page({ at }: { at: Route }) {
  switch (at.page) {
    case "start":
      return whoIsHere().seat === "shop" ? (
        <Later load={shop} siteId={undefined} step="menu" />
      ) : (
        <Later load={start} />
      );
    case "shop":
      return <Later load={shop} siteId={at.siteId} step={at.step} />;
    case "orders":
    case "placing":
    case "order":
      return <Later load={tracker} at={at} />;
    case "receipt":
      return <Later key={at.orderId} load={receipt} orderId={at.orderId} />;
    case "kitchens":
      return <Later load={kitchens} />;
    case "kitchen":
      return <Later key={at.siteId} load={kitchen} siteId={at.siteId} station={at.station} />;
    case "account":
    case "analyst":
    case "catalogue":
    case "courier":
    case "operations":
    case "phone":
    case "support":
      return <Later key={at.page} load={AREAS[at.page]} parts={at.parts} query={at.query} />;
    case "signIn":
      return <Later load={signIn} to={at.to} />;
    case "missing":
      return <Missing />;
  }
}

/** An address that names nothing here. */
const Missing = () => (
  <>
    <Header />
    <main class="page">
      <h1 class="unseen">{messages.value.common.page.missing}</h1>
      <Blank icon="search" title={messages.value.common.missing}>
        <p class="quiet">{messages.value.common.missingHint}</p>
        <a class="button main" href="/">
          {messages.value.common.toStart}
        </a>
      </Blank>
    </main>
  </>
);
