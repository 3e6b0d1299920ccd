import { useEffect } from "preact/hooks";
import { followNear } from "../state/shop/place/near.ts";
import { Checkout } from "./Checkout.tsx";
import { MenuPage } from "./MenuPage.tsx";
import { SiteList } from "./SiteList.tsx";
import { useMenu } from "./use-menu.ts";

interface ShopPageProps {
  readonly siteId: string | undefined;
  readonly step: "menu" | "basket";
}

/** The shop: where to order, what there is, and the basket. */
export const ShopPage = ({ siteId, step }: ShopPageProps) =>
  siteId === undefined ? <SiteList /> : <AtSite key={siteId} siteId={siteId} step={step} />;

function AtSite({ siteId, step }: { siteId: string; step: "menu" | "basket" }) {
  const shown = useMenu(siteId);
  useEffect(followNear, []);
  return step === "basket" ? <Checkout siteId={siteId} menu={shown} /> : <MenuPage siteId={siteId} menu={shown} />;
}
