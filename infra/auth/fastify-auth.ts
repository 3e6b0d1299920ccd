import type { FastifyInstance, FastifyRequest, RouteOptions } from "fastify";
import { AuthError } from "./errors.ts";
import { type Action, may, type Resource, roleMay } from "./permissions.ts";
import type { Principal } from "./principal.ts";
import type { TokenVerifier } from "./tokens.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks, by their token; undefined for a caller without one. */
    principal: Principal | undefined;
  }
  interface FastifyContextConfig {
    /** What the route is for; decides which roles get in. */
    action?: Action;
    /** The route is for everybody, known or not. */
    public?: true;
  }
}

/** A route under /api that declares neither `action` nor `public`: the process must not start with it. */
export class UndeclaredRouteError extends Error {
  readonly code = "route_undeclared";
}

const BEARER = /^bearer +(\S+)$/i;

/** The token of an Authorization header; undefined without the header. Throws AuthError for any other scheme. */
function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const token = BEARER.exec(header.trim())?.[1];
  if (token === undefined) throw new AuthError("token_invalid", "the Authorization header holds no bearer token");
  return token;
}

function assertDeclared(route: RouteOptions): void {
  if (!/^\/api(\/|$)/.test(route.url)) return;
  if (route.config?.action !== undefined || route.config?.public === true) return;
  throw new UndeclaredRouteError(
    `route ${String(route.method)} ${route.url} must declare config.action or config.public`,
  );
}

/**
 * Makes an application deny by default. Call it on the root instance, before any route is added: every request then
 * has a `principal`, a route is entered only by roles that may ever do its `action`, a route that declares nothing
 * answers 403, and one under /api that declares nothing ends the start with UndeclaredRouteError.
 *
 * What the role may do it *on* is known only once the resource is loaded: handlers call `authorise`.
 */
export function installAuth(app: FastifyInstance, options: { readonly verifier: TokenVerifier }): void {
  app.decorateRequest("principal", undefined);
  app.addHook("onRoute", assertDeclared);
  app.addHook("onRequest", async (request, reply) => {
    if (request.is404) return;
    try {
      await admit(request, options.verifier);
    } catch (error) {
      if (error instanceof AuthError && error.statusCode === 401) {
        const reason = error.code === "token_missing" ? "" : ' error="invalid_token"';
        reply.header("www-authenticate", `Bearer realm="ordertrail"${reason && `,${reason}`}`);
      }
      if (error instanceof AuthError && error.statusCode === 503) reply.header("retry-after", "5");
      throw error;
    }
  });
}

async function admit(request: FastifyRequest, verifier: TokenVerifier): Promise<void> {
  const { action, public: isPublic } = request.routeOptions.config;
  const token = bearerToken(request.headers.authorization);
  // A token that is sent is checked on public routes too: who thinks they are known must learn that they are not.
  if (token !== undefined) request.principal = await verifier.verify(token);
  if (isPublic === true) return;
  if (action === undefined) throw new AuthError("forbidden", "this route is open to nobody");
  if (request.principal === undefined) throw new AuthError("token_missing", "a token is needed");
  if (!roleMay(request.principal.role, action)) {
    throw new AuthError("forbidden", `a ${request.principal.role} may not do this: ${action}`);
  }
}

/**
 * The caller, once it is known that they may do `action` to `resource`. Throws AuthError `token_missing` or
 * `forbidden`.
 */
export function authorise(request: FastifyRequest, action: Action, resource: Resource): Principal {
  const { principal } = request;
  if (principal === undefined) throw new AuthError("token_missing", "a token is needed");
  if (!may(principal, action, resource)) {
    throw new AuthError("forbidden", `this ${principal.role} may not do this here: ${action}`);
  }
  return principal;
}

/**
 * Declares all routes that are added to this scope from now on as public: for pages and documentation, whose plugins
 * add routes of their own. Call it inside a `register` of its own, never on the root.
 */
export function declarePublic(scope: FastifyInstance): void {
  scope.addHook("onRoute", (route) => {
    route.config = { ...route.config, public: true };
  });
}
