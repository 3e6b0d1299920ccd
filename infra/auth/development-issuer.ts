import { join } from "node:path";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  SignJWT,
} from "jose";
import type { Config } from "../config.ts";
import { readOrCreateSecret } from "../keys/secret-file.ts";
import { principalFrom } from "./claims.ts";
import type { Principal, Role } from "./principal.ts";

/** The `iss` of development tokens. */
export const DEVELOPMENT_ISSUER = "ordertrail-development";

const DEFAULT_LIFETIME_S = 12 * 3600;

export interface TokenRequest {
  readonly role: Role;
  /** Id within the role; a customer's and a courier's is a UUID. */
  readonly id: string;
  /** Sites that a kitchen may act for. */
  readonly sites?: readonly string[];
  /** Seconds that the token lives. Default: 12 hours. */
  readonly lifetime?: number;
}

export interface IssuedToken {
  readonly token: string;
  readonly principal: Principal;
  /** When it ceases to be valid: RFC 3339, UTC. Token expiry uses real time. */
  readonly expiresAt: string;
}

/** Issues tokens for development, signed by a key of this installation. */
export interface DevelopmentIssuer {
  readonly publicKey: CryptoKey | Uint8Array;
  /** The public key as a JWK set. */
  readonly jwks: JSONWebKeySet;
  /** Rejects with AuthError `token_invalid` when the parts make no principal. */
  issueDevelopmentToken(request: TokenRequest): Promise<IssuedToken>;
}

async function newKey(): Promise<Buffer> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(privateKey);
  return Buffer.from(`${JSON.stringify({ ...jwk, alg: "EdDSA", kid: await calculateJwkThumbprint(jwk) })}\n`);
}

/** Opens the issuer; its key lies in `keys/token-signing.jwk` and is created by whichever process asks first. */
export async function openDevelopmentIssuer(
  config: Pick<Config, "ORDERTRAIL_DATA" | "OIDC_AUDIENCE">,
): Promise<DevelopmentIssuer> {
  const file = await readOrCreateSecret(join(config.ORDERTRAIL_DATA, "keys", "token-signing.jwk"), newKey);
  // The file is written by newKey alone.
  const jwk = JSON.parse(file.toString("utf8")) as JWK & { kty: "OKP"; crv: string; x: string; kid: string };
  const publicJwk = { kty: jwk.kty, crv: jwk.crv, x: jwk.x, kid: jwk.kid, alg: "EdDSA", use: "sig" };
  const privateKey = await importJWK(jwk, "EdDSA");
  return {
    publicKey: await importJWK(publicJwk, "EdDSA"),
    jwks: { keys: [publicJwk] },
    async issueDevelopmentToken({ lifetime = DEFAULT_LIFETIME_S, ...parts }) {
      const principal = principalFrom(parts);
      const issuedAt = Math.floor(Date.now() / 1000);
      const token = await new SignJWT({ role: principal.role, sites: [...principal.sites] })
        .setProtectedHeader({ alg: "EdDSA", kid: jwk.kid, typ: "JWT" })
        .setIssuer(DEVELOPMENT_ISSUER)
        .setAudience(config.OIDC_AUDIENCE)
        .setSubject(principal.id)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetime)
        .sign(privateKey);
      return { token, principal, expiresAt: new Date((issuedAt + lifetime) * 1000).toISOString() };
    },
  };
}
