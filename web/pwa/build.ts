import { createHash } from "node:crypto";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

type Bundle = Rolldown.OutputBundle;

/** Pages whose code is fetched later, and which open without a network all the same. */
const KEPT_PAGES =
  /\/(ShopPage|TrackerPages|KitchenPage|KitchenChoice|CourierPage|MenuPanel|StartPage|SignInPage|RoleNeeded)\.tsx$/;

/** Files of `public` that an open page needs; the icons of home screens are the system's to keep. */
const KEPT_FILES = ["/index.html", "/icon.svg", "/shop.webmanifest", "/kitchen.webmanifest", "/courier.webmanifest"];

/** Smaller than this is not worth a second file. */
const WORTH_COMPRESSING = 1_024;

/**
 * Tells the service worker which files to keep, and names its version after what they hold. Its own file has no hash in
 * its name, since browsers ask for it by that name.
 */
export const keptFiles = (): Plugin => ({
  name: "ordertrail-kept-files",
  apply: "build",
  enforce: "post",
  generateBundle: {
    order: "post",
    handler(_options, bundle) {
      const worker = bundle["worker.js"];
      if (worker?.type !== "chunk") throw new Error("the service worker was not built");
      const files = [...KEPT_FILES, ...[...chunksKept(bundle)].map((file) => `/${file}`)].sort();
      const hash = createHash("sha256").update(worker.code).update(JSON.stringify(files));
      const page = bundle["index.html"];
      if (page?.type === "asset") hash.update(page.source);
      const version = hash.digest("hex").slice(0, 12);
      worker.code = `const VERSION=${JSON.stringify(version)},FILES=${JSON.stringify(files)};\n${worker.code}`;
    },
  },
});

/** Script and style of the first page and of the kept ones, with all that they load at once. */
function chunksKept(bundle: Bundle): ReadonlySet<string> {
  const kept = new Set<string>();
  const keep = (file: string): void => {
    const chunk = bundle[file];
    if (chunk?.type !== "chunk" || kept.has(file)) return;
    kept.add(file);
    // Vite notes on a chunk which styles it loads.
    const { viteMetadata } = chunk as { readonly viteMetadata?: { readonly importedCss: ReadonlySet<string> } };
    for (const style of viteMetadata?.importedCss ?? []) kept.add(style);
    for (const next of chunk.imports) keep(next);
  };
  for (const [file, chunk] of Object.entries(bundle)) {
    if (chunk.type !== "chunk" || file === "worker.js") continue;
    const modules = [chunk.facadeModuleId ?? "", ...chunk.moduleIds];
    if (chunk.isEntry || modules.some((id) => KEPT_PAGES.test(id))) keep(file);
  }
  return kept;
}

/** Writes each text file of the build once more, compressed, for the server to hand out. */
export const compressed = (): Plugin => ({
  name: "ordertrail-compressed",
  apply: "build",
  enforce: "post",
  generateBundle: {
    order: "post",
    handler(_options, bundle) {
      for (const [file, made] of Object.entries(bundle)) {
        if (!/\.(js|css|html|svg|json|webmanifest)$/.test(file)) continue;
        const bytes = Buffer.from(made.type === "chunk" ? made.code : made.source);
        if (bytes.length < WORTH_COMPRESSING) continue;
        const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        this.emitFile({ type: "asset", fileName: `${file}.br`, source: brotliCompressSync(bytes, { params }) });
        this.emitFile({ type: "asset", fileName: `${file}.gz`, source: gzipSync(bytes, { level: 9 }) });
      }
    },
  },
});
