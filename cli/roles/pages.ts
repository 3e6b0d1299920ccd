import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";

const BUILT = fileURLToPath(new URL("../../web/dist", import.meta.url));
/** Addresses that the pages' own router serves. */
const AREAS = ["kitchen", "account", "analyst", "catalogue", "courier", "operations", "orders", "phone", "support"];
const PAGES = ["/", "/shop", "/sign-in", "/dev/roles", ...AREAS.flatMap((area) => [`/${area}`, `/${area}/*`])];

/** The pages load nothing from elsewhere, are framed by nobody, and tell other sites nothing. */
const HEADERS = {
  "content-security-policy":
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
};

/** The built web pages; an address of a page answers with the one document that draws it. */
export async function pages(app: FastifyInstance): Promise<void> {
  if (!existsSync(join(BUILT, "index.html"))) {
    app.log.warn('the pages are not built; "npm run web:build" builds them');
    return;
  }
  app.addHook("onSend", async (_request, reply) => {
    reply.headers(HEADERS);
  });
  await app.register(fastifyStatic, {
    root: BUILT,
    index: false,
    setHeaders: (reply, path) => {
      // Built files carry a hash in their name; the document that names them must not be kept.
      const lasting = path.includes("/assets/");
      void reply.header("cache-control", lasting ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  for (const url of PAGES) app.get(url, { schema: { hide: true } }, (_request, reply) => reply.sendFile("index.html"));
}
