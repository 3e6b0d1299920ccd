import type { Page } from "playwright-core";

const WIDER = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return null;
  const over = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > clientWidth + 1);
  const name = ({ localName, className }) => localName + (className ? "." + String(className).replaceAll(" ", ".") : "");
  return scrollWidth - clientWidth + " px too wide: " + over.slice(0, 4).map(name).join(", ");
})()`;

/** By how much a page is wider than its window, and what reaches over the edge; null where nothing does. */
export const tooWide = (page: Page): Promise<string | null> => page.evaluate<string | null>(WIDER);
