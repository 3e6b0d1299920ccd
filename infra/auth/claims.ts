import { z } from "zod";
import { AuthError } from "./errors.ts";
import { type Principal, ROLES } from "./principal.ts";

/** Names of the claims that carry the principal; an OIDC issuer may use others. */
export interface ClaimNames {
  readonly id: string;
  readonly role: string;
  readonly sites: string;
}

export const DEVELOPMENT_CLAIMS: ClaimNames = { id: "sub", role: "role", sites: "sites" };

// Ids of orders are derived from `type:id` and a line break: an id must never hold white space.
const principalId = z.string().regex(/^[\x21-\x7e]{1,128}$/, "1 to 128 visible ASCII characters");
const siteId = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower-case words joined by hyphens");

const shape = z
  .object({ id: principalId, role: z.enum(ROLES), sites: z.array(siteId).max(1000).default([]) })
  .superRefine((claims, context) => {
    const uuidRole = claims.role === "customer" || claims.role === "courier";
    if (uuidRole && !z.uuid().safeParse(claims.id).success) {
      context.addIssue({ code: "custom", path: ["id"], message: `the id of a ${claims.role} is a UUID` });
    }
  });

/** A principal from parts that somebody asked for or signed. Throws AuthError `token_invalid` that names each fault. */
export function principalFrom(parts: { id: unknown; role: unknown; sites?: unknown }): Principal {
  const parsed = shape.safeParse(parts);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new AuthError("token_invalid", `names no usable principal: ${faults.join("; ")}`);
  }
  const { role, id, sites } = parsed.data;
  return { role, id, sites: role === "kitchen" ? sites : [] };
}
