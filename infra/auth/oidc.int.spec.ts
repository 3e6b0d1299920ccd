import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "../config.ts";
import { AuthError } from "./errors.ts";
import { openTokenAuthority, type TokenVerifier } from "./tokens.ts";

const CUSTOMER = "018f2d3c-0000-4000-8000-000000000001";

/** A small OIDC issuer: discovery and keys over real HTTP. */
let server: Server;
let issuer: string;
let fetches: string[];
let answering: "well" | "never" | "as another";
let keys: Record<string, { privateKey: CryptoKey; publicKey: CryptoKey }>;

beforeEach(async () => {
  fetches = [];
  answering = "well";
  keys = { RS256: await generateKeyPair("RS256"), ES256: await generateKeyPair("ES256") };
  server = createServer(async (request, response) => {
    fetches.push(request.url ?? "");
    if (answering === "never") return;
    response.setHeader("content-type", "application/json");
    if (request.url === "/.well-known/openid-configuration") {
      const named = answering === "as another" ? "https://another.example" : issuer;
      response.end(JSON.stringify({ issuer: named, jwks_uri: `${issuer}/keys` }));
      return;
    }
    const published = Object.entries(keys).map(async ([alg, pair]) => ({
      ...(await exportJWK(pair.publicKey)),
      alg,
      kid: alg,
    }));
    response.end(JSON.stringify({ keys: await Promise.all(published) }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // listening on TCP: never a pipe's name
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const open = async (env: Record<string, string> = {}): Promise<TokenVerifier> =>
  (await openTokenAuthority(readConfig({ OIDC_ISSUER: issuer, OUTSIDE_TIMEOUT_MS: "300", ...env }))).verifier;

async function token(alg = "RS256", claims: Record<string, unknown> = { role: "customer" }): Promise<string> {
  const pair = keys[alg] ?? (await generateKeyPair(alg));
  return new SignJWT(claims)
    .setProtectedHeader({ alg, kid: alg })
    .setIssuer(issuer)
    .setAudience("ordertrail")
    .setSubject(CUSTOMER)
    .setExpirationTime("5m")
    .sign(pair.privateKey);
}

const codeOf = async (checked: Promise<unknown>): Promise<string> => {
  const error = await checked.catch((reason: unknown) => reason);
  return error instanceof AuthError ? error.code : `not refused: ${String(error)}`;
};

describe("an OIDC issuer", () => {
  test.each(["RS256", "ES256"])("is found by discovery and its %s tokens are believed", async (alg) => {
    const verifier = await open();
    expect(await verifier.verify(await token(alg))).toEqual({ role: "customer", id: CUSTOMER, sites: [] });
  });

  test("is asked for its keys once, not for every token", async () => {
    const verifier = await open();
    for (let n = 0; n < 5; n++) await verifier.verify(await token());
    expect(fetches).toEqual(["/.well-known/openid-configuration", "/keys"]);
  });

  test("may name role and sites in claims of its own", async () => {
    const verifier = await open({ OIDC_ROLE_CLAIM: "https://shop.example/role", OIDC_SITES_CLAIM: "branches" });
    const signed = await token("RS256", { "https://shop.example/role": "kitchen", branches: ["sweet-crumbs"] });
    expect(await verifier.verify(signed)).toEqual({ role: "kitchen", id: CUSTOMER, sites: ["sweet-crumbs"] });
  });

  test("is not believed with a key it does not publish, or an algorithm that is not pinned", async () => {
    const verifier = await open();
    const foreign = { RS256: await generateKeyPair("RS256") };
    const own = keys;
    keys = { ...own, ...foreign };
    const signed = await token();
    keys = own;
    expect(await codeOf(verifier.verify(signed))).toBe("token_invalid");
    expect(await codeOf(verifier.verify(await token("PS256")))).toBe("token_invalid");
  });

  test("that does not answer is a fault of the issuer, not of the token, and is asked again", async () => {
    const verifier = await open();
    answering = "never";
    const signed = await token();
    expect(await codeOf(verifier.verify(signed))).toBe("issuer_unavailable");
    answering = "well";
    expect(await verifier.verify(signed)).toMatchObject({ id: CUSTOMER });
  });

  test("that speaks for another issuer is not used", async () => {
    answering = "as another";
    expect(await codeOf((await open()).verify(await token()))).toBe("issuer_unavailable");
  });

  test("that cannot be reached is a fault of the issuer", async () => {
    const verifier = await open();
    const signed = await token();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    const probe = connect({ port: Number(new URL(issuer).port), host: "127.0.0.1" });
    await once(probe, "error");
    expect(await codeOf(verifier.verify(signed))).toBe("issuer_unavailable");
  });
});
