import { computed } from "@preact/signals";
import { chooseTheme, type Theme, themeChoice, themeOf } from "../state/theme.ts";

/** How a kitchen's display looks. */
export const kitchenTheme = computed<Theme>(() => themeOf(themeChoice(true)));

export const switchKitchenTheme = (): boolean => chooseTheme(true, kitchenTheme.value === "dark" ? "light" : "dark");

const GROUND: Readonly<Record<Theme, string>> = { light: "#fffdf9", dark: "#221c18" };

/** Makes the document look as its page should; without a choice the system's wish is left to the style sheet. */
export function applyTheme(isKitchen: boolean): void {
  const choice = themeChoice(isKitchen);
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  // The browser's own bars have the colour of the header.
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", GROUND[themeOf(choice)]);
}
