import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FastifyInstance, fastify } from "fastify";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "../config.ts";
import { devRoles } from "./dev-roles.ts";
import { authorise, declarePublic, installAuth, UndeclaredRouteError } from "./fastify-auth.ts";
import type { Role } from "./principal.ts";
import { authenticateSocket, loggableUrl } from "./socket-auth.ts";
import { openTokenAuthority, type TokenAuthority } from "./tokens.ts";

let folder: string;
let authority: TokenAuthority;
let app: FastifyInstance;
let url: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-auth-"));
  authority = await openTokenAuthority(readConfig({ ORDERTRAIL_DATA: folder }));
  app = fastify({ forceCloseConnections: true });
  installAuth(app, { verifier: authority.verifier });
  app.get("/api/who", { config: { public: true } }, async (request) => request.principal ?? "nobody");
  app.get("/api/orders/:placedBy", { config: { action: "order.read" } }, async (request) => {
    const { placedBy } = request.params as { placedBy: string }; // the route's own pattern
    return authorise(request, "order.read", { placedBy }).id;
  });
  app.get("/undeclared", async () => "open");
  app.register(async (pages) => {
    declarePublic(pages);
    pages.get("/page", async () => "page");
  });
  app.register(devRoles, { development: authority.development });
  url = await app.listen({ port: 0, host: "127.0.0.1" });
});

afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const tokenOf = async (role: Role, id = "p-1") =>
  (await authority.development?.issueDevelopmentToken({ role, id }))?.token ?? "";

const get = async (path: string, token?: string) =>
  fetch(`${url}${path}`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

describe("the API", () => {
  test("lets anybody into a public route and says who they are", async () => {
    expect(await (await get("/api/who")).text()).toBe("nobody");
    expect(await (await get("/api/who", await tokenOf("support"))).json()).toMatchObject({ role: "support" });
  });

  test("refuses a bad token on a public route too", async () => {
    const answer = await get("/api/who", "nonsense");
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="ordertrail", error="invalid_token"');
  });

  test("asks for a token where an action is declared", async () => {
    const answer = await get("/api/orders/guest:p-1");
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="ordertrail"');
    expect(await answer.json()).toMatchObject({ code: "token_missing" });
  });

  test("refuses a role that may never do the action, and a caller who may not do it here", async () => {
    expect((await get("/api/orders/guest:p-1", await tokenOf("analyst"))).status).toBe(403);
    expect((await get("/api/orders/guest:p-1", await tokenOf("guest", "p-2"))).status).toBe(403);
    expect((await get("/api/orders/guest:p-1", await tokenOf("guest", "p-1"))).status).toBe(200);
  });

  test("answers 403 on a route that declares nothing, whoever asks", async () => {
    expect((await get("/undeclared")).status).toBe(403);
    expect((await get("/undeclared", await tokenOf("admin"))).status).toBe(403);
  });

  test("does not start with a route under /api that declares nothing", () => {
    const another = fastify();
    installAuth(another, { verifier: authority.verifier });
    expect(() => another.get("/api/forgotten", async () => "open")).toThrow(UndeclaredRouteError);
    expect(() => another.get("/api", async () => "open")).toThrow(UndeclaredRouteError);
  });

  test("serves pages whose scope is declared public, and 404 for what does not exist", async () => {
    expect((await get("/page")).status).toBe(200);
    expect((await get("/nothing-here")).status).toBe(404);
  });
});

describe("the development token endpoint", () => {
  const ask = (body: unknown, base = url) =>
    fetch(`${base}/dev/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  test("gives a token for the chosen role, with an id of its own where none is given", async () => {
    const answer = await ask({ role: "customer" });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const { token, principal } = (await answer.json()) as { token: string; principal: unknown };
    expect(await (await get("/api/who", token)).json()).toEqual(principal);
  });

  test("refuses what makes no principal with 400", async () => {
    for (const body of [{ role: "root" }, { role: "customer", id: "jane" }, { role: "guest", lifetime: "1y" }, {}]) {
      expect((await ask(body)).status).toBe(400);
    }
  });

  test("is not there when development tokens are off", async () => {
    const another = fastify({ forceCloseConnections: true });
    installAuth(another, { verifier: authority.verifier });
    another.register(devRoles, { development: undefined });
    const base = await another.listen({ port: 0, host: "127.0.0.1" });
    expect((await ask({ role: "admin" }, base)).status).toBe(404);
    expect((await fetch(`${base}/dev/roles.json`)).status).toBe(404);
    await another.close();
  });
});

describe("a WebSocket's token", () => {
  test("is taken from the offered subprotocols", async () => {
    const headers = { "sec-websocket-protocol": `ordertrail.v1, bearer.${await tokenOf("guest")}` };
    expect(await authenticateSocket({ headers, url: "/ws" }, authority.verifier)).toMatchObject({ role: "guest" });
  });

  test("is taken from the query, which the logged form leaves out", async () => {
    const address = `/ws?access_token=${await tokenOf("guest")}`;
    expect(await authenticateSocket({ headers: {}, url: address }, authority.verifier)).toMatchObject({ id: "p-1" });
    expect(loggableUrl(address)).toBe("/ws");
  });

  test("is missing where neither is given, and refused without our subprotocol or twice", async () => {
    const refused = (protocols?: string) =>
      authenticateSocket({ headers: { "sec-websocket-protocol": protocols }, url: "/ws" }, authority.verifier);
    await expect(refused()).rejects.toMatchObject({ code: "token_missing" });
    await expect(refused(`bearer.${await tokenOf("guest")}`)).rejects.toMatchObject({ code: "token_invalid" });
    await expect(refused("ordertrail.v1, bearer.a, bearer.b")).rejects.toMatchObject({ code: "token_invalid" });
  });
});
