import type { ComponentChildren } from "preact";
import { Menu } from "../app/menu/Menu.tsx";
import { messages } from "../messages/catalogue.ts";
import { FreshnessLine } from "./FreshnessLine.tsx";
import { Icon } from "./Icon.tsx";
import { type Keys, PageHelp } from "./PageHelp.tsx";

interface HeaderProps {
  /** Name of the screen. */
  readonly title?: string;
  readonly home?: string;
  /** The page shows live data, so it says how fresh that is. */
  readonly live?: boolean;
  /** What keys do on this page, for the help on `?`; a page that answers `?` itself needs none. */
  readonly keys?: Keys;
  readonly children?: ComponentChildren;
}

/** The bar on top of every page; what is fresh stands in the same place on all of them. */
export const Header = ({ title = "Ordertrail", home = "/", live = false, keys, children }: HeaderProps) => (
  <header class="top">
    <a class="brand" href={home}>
      <img src="/icon.svg" alt="" width="28" height="28" />
      <span>{title}</span>
    </a>
    <FreshnessLine live={live} />
    <nav aria-label={messages.value.common.navigation}>
      {children}
      <Menu />
    </nav>
    <PageHelp keys={keys} />
  </header>
);

/** The links that shop and tracker share. */
export const ShopLinks = () => (
  <a href="/orders">
    <Icon name="receipt" />
    {messages.value.common.orders}
  </a>
);
