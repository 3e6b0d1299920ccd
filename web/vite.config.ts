import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";
import { compressed, keptFiles } from "./pwa/build.ts";

// In development the pages come from Vite and everything else from the API, wherever it listens.
const api = process.env.ORDERTRAIL_API ?? "http://127.0.0.1:7300";

/** Preact, what talks to the server, and the parts that pages are made of. */
const BASE =
  /\/node_modules\/(@preact|preact)\/|\/realtime\/|\/web\/(ui\/[^/]+|api\/(request|problem|endpoints)|state\/[^/]+|state\/shop\/sites|messages\/(catalogue|format|en|de))\.tsx?$/;

/** What follows an order; the shop stands on it too. */
const TRACKER = /\/web\/(tracker\/(?!receipt\/)|state\/order\/)/;

const inWeb = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** One page for all screens; the API serves `web/dist` and answers its routes with `index.html`. */
export default defineConfig({
  root: inWeb("."),
  plugins: [preact({ prefreshEnabled: process.env.NODE_ENV !== "production" }), keptFiles(), compressed()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    // Which file holds what: the test of the first load's size reads it.
    manifest: "build.json",
    rollupOptions: {
      input: { main: inWeb("index.html"), worker: inWeb("pwa/worker.ts") },
      output: {
        // What every page stands on is one file, and not one for each set of pages that share something.
        codeSplitting: {
          groups: [
            { name: "base", test: BASE, priority: 1 },
            { name: "tracker", test: TRACKER },
          ],
        },
        entryFileNames: ({ name }) => (name === "worker" ? "worker.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: {
    port: 7301,
    proxy: {
      "/api": api,
      "/dev/token": api,
      "/sign-in.json": api,
      "/ws": { target: api, ws: true },
    },
  },
});
