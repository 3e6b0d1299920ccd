import { describe, expect, test } from "vitest";
import type { Role } from "../infra/auth/principal.ts";
import { eventually } from "../infra/consumers/testing/engines.ts";
import { CONTACT, COURIER, until } from "../test/fixtures/order-examples.ts";
import { idFor } from "../test/fixtures/read-history.ts";
import {
  type Asked,
  baker,
  buyer,
  delivered,
  OTHER,
  orderOf,
  orderPath,
  preparing,
  readWorldOfFile,
  storable,
} from "../test/fixtures/read-world.ts";

const { world, get } = readWorldOfFile();

describe("an order", () => {
  test("is shown to its buyer with contact, position and age", async () => {
    const answer = await get(orderPath("preparing"), "customer", buyer);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ status: "preparing", number: idFor("preparing").slice(0, 6).toUpperCase() });
    expect(answer.json().contact).toEqual(CONTACT);
    expect(answer.headers).toMatchObject({ "x-source": "read-model", "x-age-ms": "0" });
    expect(answer.headers["x-position"]).toBe(world().position);
    expect(answer.headers).not.toHaveProperty("x-stale");
  });

  test.each<[Role, Asked, number, boolean]>([
    ["customer", { id: OTHER }, 403, false],
    ["guest", {}, 403, false],
    ["kitchen", baker, 200, false],
    ["kitchen", { sites: ["restaurant-mitte"] }, 403, false],
    ["courier", { id: COURIER }, 200, true],
    ["courier", { id: OTHER }, 403, false],
    ["support", {}, 200, true],
    ["admin", {}, 200, true],
    ["analyst", {}, 403, false],
    ["operator", {}, 403, false],
  ])("asked for by a %s (%o) answers %d, contact shown: %s", async (role, asked, status, contact) => {
    const answer = await get(orderPath("preparing"), role, asked);
    expect(answer.statusCode).toBe(status);
    expect(answer.json().contact !== undefined).toBe(contact);
  });

  test("keeps its contact from the courier once it is delivered", async () => {
    const answer = await get(orderPath("delivered"), "courier", { id: COURIER });
    expect([answer.statusCode, answer.json().contact]).toEqual([200, undefined]);
  });

  test("is not shown to anybody without a token", async () => {
    expect((await world().app.inject({ url: orderPath("preparing") })).statusCode).toBe(401);
  });

  test("is sent once for a revision", async () => {
    const first = await get(orderPath("preparing"), "customer", buyer);
    const etag = String(first.headers.etag);
    expect(etag).toBe(`"${preparing.length - 1}"`);
    const again = await get(orderPath("preparing"), "customer", { ...buyer, headers: { "if-none-match": etag } });
    expect([again.statusCode, again.body]).toEqual([304, ""]);
    const other = await get(orderPath("preparing"), "customer", { id: OTHER, headers: { "if-none-match": etag } });
    expect(other.statusCode).toBe(403);
  });

  test("that nobody has placed is a problem, and so is what is no id", async () => {
    const unknown = await get(`/api/orders/${OTHER}`, "support");
    expect([unknown.statusCode, unknown.json().code]).toEqual([404, "order_not_found"]);
    expect((await get("/api/orders/nonsense", "support")).json().code).toBe("invalid_request");
    const asked = { headers: { "x-position": "soon" } };
    expect((await get(orderPath("preparing"), "support", asked)).json().code).toBe("invalid_request");
  });
});

describe("how an order's courier comes along", () => {
  const way = async (name: string, role: Role, asked: Asked = {}) =>
    await get(`${orderPath(name)}/courier`, role, asked);

  test("is told to its buyer, kept by nobody, and nothing is made up while nobody knows where the courier is", async () => {
    const answer = await way("preparing", "customer", buyer);
    expect([answer.statusCode, answer.json()]).toEqual([200, { leg: "to_site" }]);
    expect(answer.headers["cache-control"]).toBe("private, no-store");
    expect((await way("delivered", "customer", buyer)).json()).toEqual({ leg: "none" });
  });

  test("is not told to others", async () => {
    expect((await way("preparing", "customer", { id: OTHER })).statusCode).toBe(403);
    expect((await way("preparing", "analyst")).statusCode).toBe(403);
  });
});

describe("an order's timeline", () => {
  test("says what happened, in pages", async () => {
    const path = `${orderPath("delivered")}/timeline`;
    const events: { revision: string; sentence: string; hash: string }[] = [];
    for (let cursor = ""; ; ) {
      const page = (await get(`${path}?limit=6${cursor}`, "support")).json();
      events.push(...page.events);
      if (page.next === undefined) break;
      cursor = `&cursor=${page.next}`;
    }
    expect(events.map(({ revision }) => revision)).toEqual(delivered.map((_, index) => String(index)));
    expect(events.map(({ hash }) => hash)).toEqual(delivered.map(({ metadata }) => metadata.hash));
    expect(events.at(-1)?.sentence).toBe("The courier delivered the order.");
    expect(JSON.stringify(events)).not.toContain(CONTACT.name);
  });

  test("says what each step changed and what caused it, with position and age of its own read model", async () => {
    const answer = await get(`${orderPath("delivered")}/timeline`, "support");
    const { events } = answer.json();
    expect(answer.headers).toMatchObject({ "x-source": "read-model", "x-age-ms": "0" });
    expect(answer.headers["x-position"]).toBe(world().position);
    expect(events[3]).toMatchObject({
      type: "payment.confirmed",
      status: { before: "payment_processing", after: "payment_confirmed" },
      changes: [{ what: "status" }, { what: "payment", before: "begun", after: "confirmed" }, { what: "captured" }],
      cause: { kind: "request" },
      actor: { type: "system" },
      sinceBeforeMs: 1_000,
    });
    const etag = String(answer.headers.etag);
    const again = await get(`${orderPath("delivered")}/timeline`, "support", { headers: { "if-none-match": etag } });
    expect(again.statusCode).toBe(304);
  });

  test("tells the story in the language that is asked for, also with nothing new since an event", async () => {
    const last = delivered.length - 1;
    const asked = { headers: { "accept-language": "de-DE,de;q=0.9,en;q=0.5" } };
    const answer = await get(`${orderPath("delivered")}/timeline?since=${last - 1}`, "support", asked);
    const { events, story } = answer.json();
    expect(answer.headers["content-language"]).toBe("de");
    expect(events.map(({ sentence }: { sentence: string }) => sentence)).toEqual([
      "Der Kurier hat die Bestellung geliefert.",
    ]);
    expect(story.lines.map(({ about, tone }: Record<string, string>) => [about, tone])).toEqual([
      ["placed", "plain"],
      ["happened", "plain"],
      ["wrong", "good"],
    ]);
    expect(story.lines[1].sentence).toContain("der Kurier hat sie um");
    expect(story.lines[1].sources).toContain(String(last));
    const english = await get(`${orderPath("delivered")}/timeline?since=${last}&language=en`, "support", asked);
    expect(english.json()).toMatchObject({ events: [], story: { lines: [{}, {}, { tone: "good" }] } });
    expect(english.headers.etag).not.toBe(answer.headers.etag);
  });

  test("shows the order as its customer saw it after any event, without who they are", async () => {
    const asOf = (revision: number, role: Role = "support") =>
      get(`${orderPath("delivered")}/as-of/${revision}`, role, role === "customer" ? buyer : undefined);
    const [placed, paid] = [(await asOf(0)).json(), (await asOf(3)).json()];
    expect([placed.status, placed.payment.status, placed.revision]).toEqual(["placed", "none", "0"]);
    expect([paid.status, paid.payment.status, paid.revision]).toEqual(["payment_confirmed", "confirmed", "3"]);
    expect(JSON.stringify(paid)).not.toContain(CONTACT.name);
    expect((await asOf(delivered.length)).statusCode).toBe(400);
    expect((await asOf(3, "customer")).statusCode).toBe(403);
  });

  test("is for support and admins", async () => {
    expect((await get(`${orderPath("delivered")}/timeline`, "customer", buyer)).statusCode).toBe(403);
  });
});

describe("an order's integrity", () => {
  test("is recomputed from the event store and compared with the witness", async () => {
    const last = delivered.at(-1);
    await eventually(async () => {
      const answer = await get(`${orderPath("delivered")}/integrity`, "analyst");
      expect(answer.json()).toEqual({
        verified: true,
        events: delivered.length,
        findings: [],
        head: { revision: last?.revision.toString(), hash: last?.metadata.hash },
        witnessed: last?.revision.toString(),
      });
    });
    expect((await get(`/api/orders/${OTHER}/integrity`, "analyst")).statusCode).toBe(404);
    expect((await get(`${orderPath("delivered")}/integrity`, "customer", buyer)).statusCode).toBe(403);
  });
});

describe("lists of orders", () => {
  const ids = (answer: { json(): { orders: { orderId: string }[] } }) => answer.json().orders.map((one) => one.orderId);

  test("show everybody what they may see", async () => {
    const all = ids(await get("/api/orders", "support"));
    expect(all.length).toBe(3);
    expect(ids(await get("/api/orders", "customer", buyer)).sort()).toEqual(all.toSorted());
    expect(ids(await get("/api/orders", "customer", { id: OTHER }))).toEqual([]);
    expect(ids(await get("/api/orders", "guest"))).toEqual([]);
    expect(ids(await get("/api/orders", "kitchen", baker)).sort()).toEqual(all.toSorted());
    expect(ids(await get("/api/orders", "kitchen", { sites: [] }))).toEqual([]);
    expect((await get("/api/orders?siteId=bakery-mitte", "kitchen", { sites: ["restaurant-mitte"] })).statusCode).toBe(
      403,
    );
    expect(ids(await get("/api/orders?status=preparing", "admin"))).toEqual([idFor("preparing")]);
    expect((await get("/api/orders", "operator")).statusCode).toBe(403);
  });

  test("answer a search text with what was understood of it, within what the caller may see", async () => {
    const number = idFor("delivered").slice(0, 6);
    const found = await get(`/api/orders?q=${number}%20somewhere`, "support");
    expect(ids(found)).toEqual([idFor("delivered")]);
    expect(found.json().search).toEqual({
      understood: [{ text: number, as: "number", value: number.toUpperCase() }],
      notUnderstood: ["somewhere"],
    });
    expect(ids(await get(`/api/orders?q=${number}`, "customer", { id: OTHER }))).toEqual([]);
    expect(ids(await get("/api/orders?q=somewhere", "support"))).toEqual([]);
    expect(ids(await get("/api/orders?q=", "support")).length).toBe(3);
    expect(ids(await get("/api/orders?status=cancelled&status=delivered", "support")).sort()).toEqual(
      [idFor("cancelled"), idFor("delivered")].sort(),
    );
    expect(ids(await get("/api/orders?q=delivered%20in%20berlin&siteId=bakery-mitte", "kitchen", baker))).toEqual([
      idFor("delivered"),
    ]);
    for (const bad of ["number=xyz", "status=lost", "from=yesterday", "minTotal=-1", "city=%00", "limit=0"]) {
      expect((await get(`/api/orders?${bad}`, "support")).json().code).toBe("invalid_request");
    }
  });

  test("go on after a cursor without a gap or a repeat while orders come in", async () => {
    const first = await get("/api/orders?limit=2", "admin");
    const late = orderOf("came in meanwhile", until("stock_reserved"));
    await world().engines.store.append(late[0]?.stream ?? "", late.map(storable), "no_stream");
    const head = (await world().engines.store.head())?.commit;
    const rest = await get(`/api/orders?limit=2&cursor=${first.json().next}&after=${head}`, "admin");
    const shown = [...ids(first), ...ids(rest)];
    expect(new Set(shown).size).toBe(shown.length);
    for (const name of ["preparing", "delivered", "cancelled"]) expect(shown).toContain(idFor(name));
  });

  test("are sent once while nothing in them changes", async () => {
    for (const path of ["/api/orders?status=delivered", "/api/sites", "/api/sites/bakery-mitte/menu"]) {
      const etag = String((await get(path, "admin")).headers.etag);
      const again = await get(path, "admin", { headers: { "if-none-match": etag } });
      expect([path, again.statusCode, again.body]).toEqual([path, 304, ""]);
      expect(again.headers).toHaveProperty("x-position");
    }
  });

  test("are paged by a cursor, at most 100 at a time", async () => {
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const answer = await get(`/api/orders?limit=2${cursor}`, "admin");
      seen.push(...ids(answer));
      if (answer.json().next === undefined) break;
      cursor = `&cursor=${answer.json().next}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(ids(await get("/api/orders", "admin")).length);
    expect((await get("/api/orders?limit=101", "admin")).statusCode).toBe(400);
    expect((await get("/api/orders?cursor=nonsense", "admin")).json().code).toBe("invalid_request");
  });
});
