import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importJWK, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { readConfig } from "../config.ts";
import { AuthError } from "./errors.ts";
import { LifetimeError, parseLifetime } from "./lifetime.ts";
import { openTokenAuthority, type TokenAuthority } from "./tokens.ts";

const CUSTOMER = "018f2d3c-0000-4000-8000-000000000001";

let folder: string;
let authority: TokenAuthority;

const open = () => openTokenAuthority(readConfig({ ORDERTRAIL_DATA: folder }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-tokens-"));
  authority = await open();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const issue = async (request: Parameters<NonNullable<TokenAuthority["development"]>["issueDevelopmentToken"]>[0]) =>
  (await authority.development?.issueDevelopmentToken(request))?.token ?? "";

const refusal = async (token: string | undefined): Promise<string> => {
  const error = await authority.verifier.verify(token).catch((reason: unknown) => reason);
  return error instanceof AuthError ? error.code : `not refused: ${String(error)}`;
};

/** A token signed by the installation's own key, with any header and claims. */
async function forged(claims: Record<string, unknown>, audience = "ordertrail", issuer = "ordertrail-development") {
  const jwk = JSON.parse(await readFile(join(folder, "keys", "token-signing.jwk"), "utf8"));
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "EdDSA" })
    .setAudience(audience)
    .setIssuer(issuer)
    .sign(await importJWK(jwk, "EdDSA"));
}

const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

describe("development tokens", () => {
  test("a token names the principal it was issued for", async () => {
    const token = await issue({ role: "kitchen", id: "k-1", sites: ["sweet-crumbs"] });
    expect(await authority.verifier.verify(token)).toEqual({ role: "kitchen", id: "k-1", sites: ["sweet-crumbs"] });
  });

  test("sites are given to kitchens only", async () => {
    const token = await issue({ role: "customer", id: CUSTOMER, sites: ["sweet-crumbs"] });
    expect((await authority.verifier.verify(token)).sites).toEqual([]);
  });

  test("processes that start together sign with one key, which only the owner may read", async () => {
    await rm(join(folder, "keys"), { recursive: true });
    const [first, ...others] = await Promise.all(Array.from({ length: 8 }, open));
    const issued = await first?.development?.issueDevelopmentToken({ role: "guest", id: "g-1" });
    for (const other of others) expect(await other.verifier.verify(issued?.token)).toMatchObject({ id: "g-1" });
    expect(await readdir(join(folder, "keys"))).toEqual(["token-signing.jwk"]);
    expect((await stat(join(folder, "keys", "token-signing.jwk"))).mode & 0o777).toBe(0o600);
  });

  test("the published key set holds no private part", () => {
    expect(authority.development?.jwks.keys).toHaveLength(1);
    expect(authority.development?.jwks.keys[0]).not.toHaveProperty("d");
  });

  test("no token at all is token_missing", async () => {
    expect(await refusal(undefined)).toBe("token_missing");
    expect(await refusal("")).toBe("token_missing");
  });

  test("an expired token is token_expired", async () => {
    expect(await refusal(await forged({ sub: "g-1", role: "guest", exp: inAnHour() - 7200 }))).toBe("token_expired");
  });

  test("a token that was found good is refused as soon as it has expired, also within the minute", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const exp = Math.floor(Date.now() / 1000) + 30;
    const token = await forged({ sub: "g-1", role: "guest", exp });
    expect(await authority.verifier.verify(token)).toMatchObject({ id: "g-1" });
    expect(await authority.verifier.verify(token)).toMatchObject({ id: "g-1" });
    vi.setSystemTime((exp + 6) * 1000);
    expect(await refusal(token)).toBe("token_expired");
  });

  test("a token without expiry is refused", async () => {
    expect(await refusal(await forged({ sub: "g-1", role: "guest" }))).toBe("token_invalid");
  });

  test("a token for another audience or of another issuer is refused", async () => {
    const claims = { sub: "g-1", role: "guest", exp: inAnHour() };
    expect(await refusal(await forged(claims, "another"))).toBe("token_invalid");
    expect(await refusal(await forged(claims, "ordertrail", "another"))).toBe("token_invalid");
  });

  test("a token of an unknown role, or without one, is refused", async () => {
    expect(await refusal(await forged({ sub: "g-1", role: "root", exp: inAnHour() }))).toBe("token_invalid");
    expect(await refusal(await forged({ sub: "g-1", exp: inAnHour() }))).toBe("token_invalid");
  });

  test("a token whose id could be taken for another caller's key is refused", async () => {
    expect(await refusal(await forged({ sub: "g-1\nkey", role: "guest", exp: inAnHour() }))).toBe("token_invalid");
    expect(await refusal(await forged({ sub: "jane", role: "customer", exp: inAnHour() }))).toBe("token_invalid");
  });

  test("a token that was altered, is unsigned, or signed with another algorithm or key is refused", async () => {
    const token = await issue({ role: "guest", id: "g-1" });
    const [header = "", , signature = ""] = token.split(".");
    const payload = Buffer.from(JSON.stringify({ sub: "a-1", role: "admin", exp: inAnHour() })).toString("base64url");
    expect(await refusal(`${header}.${payload}.${signature}`)).toBe("token_invalid");

    const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    expect(await refusal(`${none}.${payload}.`)).toBe("token_invalid");

    const hmac = new SignJWT({ role: "admin" })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject("a-1")
      .setAudience("ordertrail")
      .setIssuer("ordertrail-development")
      .setExpirationTime("1h");
    const publicPart = Buffer.from(String(authority.development?.jwks.keys[0]?.x), "base64url");
    expect(await refusal(await hmac.sign(publicPart))).toBe("token_invalid");
    expect(await refusal("not a token")).toBe("token_invalid");
  });

  test("an overlong token is refused unread", async () => {
    expect(await refusal("a".repeat(10_000))).toBe("token_invalid");
  });

  test("with an OIDC issuer configured there are no development tokens and no signing key", async () => {
    await rm(join(folder, "keys"), { recursive: true });
    const config = readConfig({ ORDERTRAIL_DATA: folder, OIDC_ISSUER: "https://issuer.example" });
    expect((await openTokenAuthority(config)).development).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("lifetimes", () => {
  test.each([
    ["90s", 90],
    ["30m", 1800],
    ["12h", 43_200],
    ["7d", 604_800],
  ])("%s is read as seconds", (text, seconds) => {
    expect(parseLifetime(text)).toBe(seconds);
  });

  test.each(["", "12", "h", "0s", "31d", "-1h", "1w", "1.5h"])("%j is refused", (text) => {
    expect(() => parseLifetime(text)).toThrow(LifetimeError);
  });
});
