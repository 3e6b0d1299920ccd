import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import type { ClaimNames } from "../../infra/auth/claims.ts";
import { Preloads } from "./preloads.ts";

const BUILT = fileURLToPath(new URL("../../web/dist", import.meta.url));

/** Addresses that the pages' own router serves. */
const AREAS = ["kitchen", "account", "analyst", "catalogue", "courier", "operations", "orders", "phone", "support"];
const PAGES = ["/", "/shop", "/sign-in", "/dev/roles", ...AREAS.flatMap((area) => [`/${area}`, `/${area}/*`])];

/** Addresses below these are asked for by programs: what is not there is answered as a problem, never with a page. */
const FOR_PROGRAMS = /^\/(api|assets|dev|docs|health|metrics|ws)(\/|$)/;

/** The pages load nothing from elsewhere, are framed by nobody, and tell other sites nothing. */
const HEADERS = {
  "content-security-policy":
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; worker-src 'self'; manifest-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
};

/** How one signs in to the pages: by a role of development, or with a token of an issuer. */
export type SignIn =
  | { readonly development: true }
  | { readonly development: false; readonly issuer: string; readonly claims: ClaimNames };

/**
 * The built web pages; an address of a page answers with the one document that draws it, and so does an address that
 * nobody knows, with 404, when a browser asks for a page there. `GET /sign-in.json` says how one signs in.
 */
export async function pages(app: FastifyInstance, { signIn }: { readonly signIn: SignIn }): Promise<void> {
  if (!existsSync(join(BUILT, "index.html"))) {
    app.log.warn('the pages are not built; "npm run web:build" builds them');
    return;
  }
  app.addHook("onSend", async (_request, reply) => {
    reply.headers(HEADERS);
  });
  await app.register(fastifyStatic, {
    root: BUILT,
    serve: false,
    // The build writes what is worth it beside each file, smaller.
    preCompressed: true,
    setHeaders: (reply, path) => {
      // Built files carry a hash in their name; the document that names them, and the worker, must not be kept.
      const lasting = path.includes(`${sep}assets${sep}`);
      void reply.header("cache-control", lasting ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  const hidden = { schema: { hide: true } };
  app.get("/sign-in.json", hidden, (_request, reply) => reply.header("cache-control", "no-store").send(signIn));
  const preloads = new Preloads(join(BUILT, "build.json"));
  for (const url of PAGES) {
    app.get(url, hidden, async (request, reply) => {
      const link = await preloads.headerFor(request.url.split("?")[0] ?? "/");
      if (link !== undefined) reply.header("link", link);
      return reply.sendFile("index.html");
    });
  }
  app.get<{ Params: { "*": string } }>("/*", hidden, async (request, reply) => {
    const path = request.params["*"];
    if (await isBuilt(path)) return reply.sendFile(path);
    const asked = request.headers.accept ?? "";
    if (FOR_PROGRAMS.test(`/${path}`) || !asked.includes("text/html")) return reply.callNotFound();
    return reply.code(404).sendFile("index.html");
  });
}

/** Whether the build has made this file; never says yes to something outside of it. */
async function isBuilt(path: string): Promise<boolean> {
  const file = resolve(BUILT, path);
  if (!file.startsWith(BUILT + sep) || file.includes("\0")) return false;
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
