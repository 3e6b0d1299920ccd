import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { findChromium } from "../chromium.ts";

/**
 * Draws the icons of the installable applications (`npm run web:icons`): what devices want as PNG, from the SVG. The
 * drawn files are committed, since a build has no browser.
 */

const PUBLIC = fileURLToPath(new URL("../../web/public/", import.meta.url));

/** What is drawn on each icon, in the 32 × 32 of `icon.svg`, and on which ground. */
const LINE = `fill="none" stroke="#fffaf3" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"`;
const OWN = (await readFile(`${PUBLIC}icon.svg`, "utf8")).replace(/^.*?<rect[^>]*\/>/s, "").replace("</svg>", "");
const APPS = {
  shop: { ground: "#b0451c", drawn: OWN },
  kitchen: {
    ground: "#221c18",
    drawn: `<path transform="translate(4 4)" ${LINE.replace("#fffaf3", "#ff9a66")} d="M12 21c-4 0-6.5-2.6-6.5-6.2 0-3.2 2.4-5 3.4-7.8.8 1 1.2 1.9 1.3 3C12 8.5 12.5 6 12 3c3.7 2.1 6.5 6.3 6.5 11.2C18.5 18.2 16 21 12 21z"/>`,
  },
  courier: {
    ground: "#2f6b3a",
    drawn: `<path transform="translate(4 3.5)" ${LINE} d="M5.5 14a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z M18.5 14a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z M5.5 17.5 9 10h6l3.5 7.5 M9 10 7.5 7H5 M15 10V5h3"/>`,
  },
};

/** A maskable icon is cut to any shape within four fifths of it: its ground goes to the edge, its drawing is smaller. */
const svg = ({ ground, drawn }: { ground: string; drawn: string }, maskable: boolean) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="100%" height="100%">
    <rect width="32" height="32" rx="${maskable ? 0 : 7}" fill="${ground}"/>
    <g transform="${maskable ? "translate(4.8 4.8) scale(0.7)" : ""}">${drawn}</g></svg>`;

const SIZES = [
  { name: "180", size: 180, maskable: true },
  { name: "192", size: 192, maskable: false },
  { name: "512", size: 512, maskable: false },
  { name: "maskable", size: 512, maskable: true },
];

await mkdir(`${PUBLIC}icons`, { recursive: true });
const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({ executablePath: findChromium() ?? "chromium", args });
try {
  const page = await browser.newPage();
  for (const [app, look] of Object.entries(APPS)) {
    for (const { name, size, maskable } of SIZES) {
      await page.setViewportSize({ width: size, height: size });
      await page.setContent(`<body style="margin:0;background:none">${svg(look, maskable)}</body>`);
      await writeFile(`${PUBLIC}icons/${app}-${name}.png`, await page.screenshot({ omitBackground: true }));
    }
  }
} finally {
  await browser.close();
}
