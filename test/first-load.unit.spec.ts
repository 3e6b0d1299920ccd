import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, describe, expect, test } from "vitest";

/** Kilobytes of script, gzipped, that may be fetched before a page can be used. */
const MOST_KB = 60;

const CONFIG = fileURLToPath(new URL("../web/vite.config.ts", import.meta.url));

let chunks: ReadonlyMap<string, Rolldown.OutputChunk>;

beforeAll(async () => {
  const built = await build({ configFile: CONFIG, mode: "production", logLevel: "error", build: { write: false } });
  const parts = ([built].flat() as Rolldown.RolldownOutput[]).flatMap(({ output }) => output); // it does not watch
  chunks = new Map(parts.flatMap((part) => (part.type === "chunk" ? [[part.fileName, part]] : [])));
}, 90_000);

/** Everything that is loaded before a page is drawn: the entry, the pages' own chunks, and what these import. */
function firstLoad(pages: readonly string[]): ReadonlySet<string> {
  const loaded = new Set<string>();
  const load = (file: string): void => {
    const chunk = chunks.get(file);
    if (chunk === undefined || loaded.has(file)) return;
    loaded.add(file);
    for (const next of chunk.imports) load(next);
  };
  for (const { fileName, isEntry, name, moduleIds } of chunks.values()) {
    if (isEntry && name === "main") load(fileName);
    if (pages.some((page) => moduleIds.some((id) => id.endsWith(page)))) load(fileName);
  }
  return loaded;
}

function kilobytesOf(files: ReadonlySet<string>): number {
  const bytes = [...files].map((file) => gzipSync(chunks.get(file)?.code ?? "", { level: 9 }).length);
  return Math.round(bytes.reduce((sum, each) => sum + each, 0) / 102.4) / 10;
}

describe("the script of a first load, gzipped", () => {
  test.each([
    ["tracker", ["/app/TrackerPages.tsx"]],
    ["shop", ["/shop/ShopPage.tsx", "/app/TrackerPages.tsx"]],
    ["kitchen display", ["/kitchen/KitchenPage.tsx"]],
    ["courier", ["/courier/CourierPage.tsx"]],
  ])("stays below 60 KB for the %s", (name, pages) => {
    const files = firstLoad(pages);
    const size = kilobytesOf(files);
    console.log(`${name}: ${size} KB of ${MOST_KB} KB in ${files.size} files`);
    expect(files.size).toBeGreaterThan(0);
    expect(size).toBeLessThan(MOST_KB);
  });

  test("holds no page of a desk", () => {
    const modules = [...firstLoad([])].flatMap((file) => chunks.get(file)?.moduleIds ?? []);
    const desks = modules.filter((id) => /\/web\/(analyst|operations|support|phone|catalogue)\//.test(id));
    expect(desks).toEqual([]);
  });
});
