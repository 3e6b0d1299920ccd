import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { Config } from "../config.ts";
import { type ClaimNames, DEVELOPMENT_CLAIMS, principalFrom } from "./claims.ts";
import { DEVELOPMENT_ISSUER, type DevelopmentIssuer, openDevelopmentIssuer } from "./development-issuer.ts";
import { AuthError } from "./errors.ts";
import type { Principal } from "./principal.ts";

/** Checks a token and says who it names. Rejects with AuthError. */
export interface TokenVerifier {
  verify(token: string | undefined): Promise<Principal>;
}

/** Who vouches for callers: an OIDC issuer, or the installation itself, for development. */
export interface TokenAuthority {
  readonly verifier: TokenVerifier;
  /** Issues development tokens. Undefined when an OIDC issuer is configured. */
  readonly development: DevelopmentIssuer | undefined;
}

type AuthorityConfig = Pick<
  Config,
  | "ORDERTRAIL_DATA"
  | "OIDC_ISSUER"
  | "OIDC_AUDIENCE"
  | "OIDC_JWKS_URL"
  | "OIDC_ID_CLAIM"
  | "OIDC_ROLE_CLAIM"
  | "OIDC_SITES_CLAIM"
  | "OUTSIDE_TIMEOUT_MS"
>;

/** Seconds by which the clocks of issuer and verifier may differ. */
const CLOCK_TOLERANCE = 5;
/** How long an issuer's keys are believed without asking again. */
const KEYS_MAX_AGE_MS = 600_000;
/** How soon an unknown key id may cause the keys to be fetched again. */
const KEYS_COOLDOWN_MS = 30_000;
/** Longest token that is looked at: verification is work, and callers are strangers until it is done. */
const MAX_TOKEN_LENGTH = 8192;

/** How long a token that was found good is taken as good, unless it expires before; and how many of them. */
const GOOD_FOR_MS = 60_000;
const MOST_GOOD = 5_000;

type Verify = (token: string) => Promise<JWTPayload>;

/** Who a token that was found good names, and until when, by the clock of the machine, as tokens say it. */
interface Good {
  readonly principal: Principal;
  readonly until: number;
}

function verifierOf(verify: Verify, names: ClaimNames): TokenVerifier {
  // The signature of a token is checked once a minute: a page that is open sends the same one all day.
  const good = new LRUCache<string, Good>({ max: MOST_GOOD });
  return {
    async verify(token) {
      if (token === undefined || token === "") throw new AuthError("token_missing", "a token is needed");
      if (token.length > MAX_TOKEN_LENGTH) throw new AuthError("token_invalid", "the token is too long");
      const known = good.get(token);
      const now = Date.now();
      if (known !== undefined && now < known.until && known.until - now <= GOOD_FOR_MS) return known.principal;
      good.delete(token);
      const claims = await verify(token).catch((cause: unknown) => {
        throw asAuthError(cause);
      });
      const principal = principalFrom({ id: claims[names.id], role: claims[names.role], sites: claims[names.sites] });
      good.set(token, { principal, until: Math.min(now + GOOD_FOR_MS, (claims.exp ?? 0) * 1000) });
      return principal;
    },
  };
}

function asAuthError(cause: unknown): AuthError {
  if (cause instanceof AuthError) return cause;
  if (cause instanceof errors.JWTExpired) return new AuthError("token_expired", "the token has expired", { cause });
  // An issuer that does not answer says nothing about the token: the caller may come again.
  const faultOfToken =
    cause instanceof errors.JWTInvalid ||
    cause instanceof errors.JWTClaimValidationFailed ||
    cause instanceof errors.JWSInvalid ||
    cause instanceof errors.JWSSignatureVerificationFailed ||
    cause instanceof errors.JWKSNoMatchingKey ||
    cause instanceof errors.JWKSMultipleMatchingKeys ||
    cause instanceof errors.JOSEAlgNotAllowed ||
    cause instanceof errors.JOSENotSupported;
  return faultOfToken
    ? new AuthError("token_invalid", "the token is not valid here", { cause })
    : new AuthError("issuer_unavailable", "the issuer's keys cannot be had at the moment", { cause });
}

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Where an OIDC issuer publishes its keys. Rejects when the answer is late, or is another issuer's. */
async function discoverKeys(issuer: string, timeoutMs: number): Promise<URL> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new AuthError("issuer_unavailable", `${url} answers ${response.status}`);
  const found = discovery.parse(await response.json());
  if (found.issuer !== issuer) {
    throw new AuthError("issuer_unavailable", `${url} speaks for "${found.issuer}", not for OIDC_ISSUER "${issuer}"`);
  }
  return new URL(found.jwks_uri);
}

function oidcVerify(config: AuthorityConfig, issuer: string): Verify {
  const keysAt = (url: URL) =>
    createRemoteJWKSet(url, {
      timeoutDuration: config.OUTSIDE_TIMEOUT_MS,
      cooldownDuration: KEYS_COOLDOWN_MS,
      cacheMaxAge: KEYS_MAX_AGE_MS,
    });
  let keys: Promise<ReturnType<typeof keysAt>> | undefined;
  const find = () => {
    keys ??= (
      config.OIDC_JWKS_URL === undefined
        ? discoverKeys(issuer, config.OUTSIDE_TIMEOUT_MS)
        : Promise.resolve(new URL(config.OIDC_JWKS_URL))
    ).then(keysAt);
    // A failed discovery is not remembered: the next token asks again.
    keys.catch(() => {
      keys = undefined;
    });
    return keys;
  };
  return async (token) => {
    const { payload } = await jwtVerify(token, await find(), {
      issuer,
      audience: config.OIDC_AUDIENCE,
      algorithms: ["RS256", "ES256", "EdDSA"],
      clockTolerance: CLOCK_TOLERANCE,
      requiredClaims: ["exp", config.OIDC_ID_CLAIM, config.OIDC_ROLE_CLAIM],
    });
    return payload;
  };
}

function developmentVerify(config: AuthorityConfig, issuer: DevelopmentIssuer): Verify {
  return async (token) => {
    const { payload } = await jwtVerify(token, issuer.publicKey, {
      issuer: DEVELOPMENT_ISSUER,
      audience: config.OIDC_AUDIENCE,
      algorithms: ["EdDSA"],
      clockTolerance: CLOCK_TOLERANCE,
      requiredClaims: ["exp", "sub", "role"],
    });
    return payload;
  };
}

/**
 * The authority that the configuration names: the OIDC issuer where one is set, and then nothing else; otherwise the
 * installation's own development issuer, whose key is created on first use. Nothing is fetched until the first token.
 */
export async function openTokenAuthority(config: AuthorityConfig): Promise<TokenAuthority> {
  if (config.OIDC_ISSUER !== undefined) {
    const names = { id: config.OIDC_ID_CLAIM, role: config.OIDC_ROLE_CLAIM, sites: config.OIDC_SITES_CLAIM };
    return { verifier: verifierOf(oidcVerify(config, config.OIDC_ISSUER), names), development: undefined };
  }
  const development = await openDevelopmentIssuer(config);
  return { verifier: verifierOf(developmentVerify(config, development), DEVELOPMENT_CLAIMS), development };
}
