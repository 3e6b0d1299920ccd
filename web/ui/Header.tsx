import type { ComponentChildren } from "preact";
import { language, messages, switchLanguage } from "../messages/catalogue.ts";
import { FreshnessLine } from "./FreshnessLine.tsx";
import { Icon } from "./Icon.tsx";

interface HeaderProps {
  readonly title?: string;
  readonly home?: string;
  /** The page shows live data, so it says how fresh that is. */
  readonly live?: boolean;
  readonly children?: ComponentChildren;
}

/** The bar on top of every page; what is fresh stands in the same place on all of them. */
export const Header = ({ title = "Ordertrail", home = "/", live = false, children }: HeaderProps) => (
  <header class="top">
    <a class="brand" href={home}>
      <img src="/icon.svg" alt="" />
      <span>{title}</span>
    </a>
    {live ? <FreshnessLine /> : <span />}
    <nav aria-label="Ordertrail">
      {children}
      <button type="button" lang={language.value === "en" ? "de" : "en"} onClick={() => switchLanguage()}>
        <Icon name="language" />
        {language.value === "en" ? "DE" : "EN"}
        <span class="unseen">: {messages.value.common.languageLabel}</span>
      </button>
    </nav>
  </header>
);

/** The links that shop and tracker share. */
export const ShopLinks = () => (
  <a href="/orders">
    <Icon name="receipt" />
    {messages.value.common.orders}
  </a>
);
