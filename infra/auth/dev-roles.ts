import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { Problem } from "../http/problems.ts";
import type { DevelopmentIssuer } from "./development-issuer.ts";
import { AuthError } from "./errors.ts";
import { LifetimeError, parseLifetime } from "./lifetime.ts";
import { ROLES, type Role } from "./principal.ts";

/** A role as the page for choosing one shows it. */
export interface RoleChoice {
  readonly role: Role;
  readonly what: string;
  /** The role acts for sites, which have to be named. */
  readonly needsSites: boolean;
}

/** What `/dev/roles` offers. */
export const ROLE_CHOICES: readonly RoleChoice[] = [
  { role: "guest", what: "browses and orders without an account", needsSites: false },
  { role: "customer", what: "orders under an account and follows the order", needsSites: false },
  { role: "kitchen", what: "sees and works the tickets of a site", needsSites: true },
  { role: "courier", what: "takes shifts, accepts and delivers orders", needsSites: false },
  { role: "support", what: "reads every order with its timeline, cancels, settles disputes", needsSites: false },
  { role: "admin", what: "keeps sites and catalogue, orders for known customers", needsSites: false },
  { role: "analyst", what: "reads the catalogue and proofs, no personal data", needsSites: false },
  { role: "operator", what: "watches and repairs the pipeline", needsSites: false },
];

const body = z.strictObject({
  role: z.enum(ROLES),
  id: z.string().optional(),
  sites: z.array(z.string()).max(1000).optional(),
  lifetime: z.string().optional(),
});

/**
 * Routes of the development page for choosing a role: `GET /dev/roles.json`, `GET /dev/jwks.json` and
 * `POST /dev/token` `{ role, id?, sites?, lifetime? }` → `{ token, principal, expiresAt }`. With an OIDC issuer
 * configured (`development` undefined) each answers 404.
 */
export async function devRoles(
  app: FastifyInstance,
  { development }: { readonly development: DevelopmentIssuer | undefined },
): Promise<void> {
  const config = { public: true } as const;
  if (development === undefined) {
    app.all("/dev/token", { config }, async (_request, reply) => reply.callNotFound());
    return;
  }
  app.get("/dev/roles.json", { config }, async () => ({ roles: ROLE_CHOICES }));
  app.get("/dev/jwks.json", { config }, async () => development.jwks);
  app.post("/dev/token", { config }, async (request, reply) => {
    reply.header("cache-control", "no-store");
    const asked = body.safeParse(request.body);
    if (!asked.success) throw new Problem("invalid_request", z.prettifyError(asked.error));
    const { role, id = randomUUID(), sites, lifetime } = asked.data;
    try {
      return await development.issueDevelopmentToken({
        role,
        id,
        ...(sites === undefined ? {} : { sites }),
        ...(lifetime === undefined ? {} : { lifetime: parseLifetime(lifetime) }),
      });
    } catch (error) {
      if (!(error instanceof AuthError || error instanceof LifetimeError)) throw error;
      throw new Problem("invalid_request", error.message, {}, { cause: error });
    }
  });
}
