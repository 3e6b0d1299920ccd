import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";
import { compressed, keptFiles } from "./pwa/build.ts";

// In development the pages come from Vite and everything else from the API, wherever it listens.
const api = process.env.ORDERTRAIL_API ?? "http://127.0.0.1:7300";

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
