import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

// In development the pages come from Vite and everything else from the API, wherever it listens.
const api = process.env.ORDERTRAIL_API ?? "http://127.0.0.1:7300";

/** One page for all screens; the API serves `web/dist` and answers its routes with `index.html`. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [preact({ prefreshEnabled: process.env.NODE_ENV !== "production" })],
  build: { outDir: "dist", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
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
