import { readFile, stat } from "node:fs/promises";

/** What the build says of one module: its file, and what is loaded with it. Keys of `imports` are modules of the build. */
interface Built {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

/** The pages' modules by the first part of the address: what the browser would only find once the entry has run. */
const PAGE_OF: Readonly<Record<string, readonly string[]>> = {
  "": ["shop/ShopPage.tsx", "app/TrackerPages.tsx"],
  shop: ["shop/ShopPage.tsx", "app/TrackerPages.tsx"],
  orders: ["app/TrackerPages.tsx"],
  kitchen: ["kitchen/KitchenPage.tsx"],
  courier: ["courier/CourierPage.tsx"],
  support: ["support/SupportPage.tsx"],
  phone: ["phone/PhonePage.tsx"],
  operations: ["operations/OperationsPage.tsx"],
};

/** Reads `build.json` of the pages, again whenever it was built anew. */
export class Preloads {
  readonly #manifest: string;
  #builtAt = Number.NaN;
  #headers = new Map<string, string>();
  #built: Readonly<Record<string, Built>> = {};

  constructor(manifest: string) {
    this.#manifest = manifest;
  }

  /**
   * The `Link` header of an address: its page's script and style are fetched along with the entry, not one round trip
   * later. Undefined where nothing is known.
   */
  async headerFor(path: string): Promise<string | undefined> {
    const [, first = ""] = path.split("/");
    const modules = PAGE_OF[first];
    if (modules === undefined) return undefined;
    try {
      const { mtimeMs } = await stat(this.#manifest);
      if (mtimeMs !== this.#builtAt) {
        this.#built = JSON.parse(await readFile(this.#manifest, "utf8")) as Record<string, Built>; // Vite's own shape
        this.#builtAt = mtimeMs;
        this.#headers = new Map();
      }
    } catch {
      // It is being built at this moment; the page finds its parts by itself.
      return undefined;
    }
    const known = this.#headers.get(first) ?? this.#linksOf(modules);
    this.#headers.set(first, known);
    return known === "" ? undefined : known;
  }

  #linksOf(modules: readonly string[]): string {
    const links = new Set<string>();
    const seen = new Set<string>();
    const add = (module: string): void => {
      const part = this.#built[module];
      if (part === undefined || seen.has(module)) return;
      seen.add(module);
      links.add(`</${part.file}>; rel=modulepreload`);
      for (const style of part.css ?? []) links.add(`</${style}>; rel=preload; as=style`);
      for (const next of part.imports ?? []) add(next);
    };
    for (const module of modules) add(module);
    return [...links].join(", ");
  }
}
