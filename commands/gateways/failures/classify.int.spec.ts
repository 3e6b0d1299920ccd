import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Socket } from "node:net";
import {
  CancelledError,
  DeadlineExceededError,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  NotLeaderError,
  TimeoutError,
  UnknownError,
} from "@eventstore/db-client";
import { createTransport } from "nodemailer";
import pg from "pg";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import Stripe from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Refusal } from "../../../domain/refusal.ts";
import { type Engines, startEngines } from "../../../infra/consumers/testing/engines.ts";
import { createEventStore } from "../../../infra/event-store/client.ts";
import { throwawayStore } from "../../../infra/event-store/testing.ts";
import { createPool } from "../../../infra/postgres/pool.ts";
import { freePort } from "../../../infra/supervisor/ports.ts";
import { NoLongerOwnedError } from "../../writing/no-longer-owned.ts";
import { BrokenChainError } from "../../writing/stream-memory.ts";
import { OutsideError } from "../answer.ts";
import { classify, classifyOutside } from "./classify.ts";

const OURS = { class: "ours" };
const FAULT = { class: "ours", fault: true };
const POISON = { class: "poison", failureType: "invalid_message" };
const LATER = { class: "transient", failureType: "service_unavailable" };
const NEVER = { class: "permanent", failureType: "invalid_message" };

let engines: Engines;
const closing: (() => Promise<unknown> | undefined)[] = [];

beforeAll(async () => {
  engines = await startEngines();
  await engines.pool.query("CREATE TABLE thing (id integer PRIMARY KEY, name text NOT NULL)");
  await engines.pool.query("INSERT INTO thing VALUES (1, 'a'), (2, 'b')");
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => engines.stop());

/** What a promise rejects with. */
async function thrownBy(act: () => Promise<unknown>): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port; // listening on TCP

async function http(answering: RequestListener): Promise<number> {
  const server = createServer(answering).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server);
}

describe("fetch", () => {
  test.each<[string, () => Promise<unknown>]>([
    ["a refused connection", async () => fetch(`http://127.0.0.1:${await freePort()}/`)],
    ["a name that is not known", () => fetch("http://no-such-host.invalid/")],
    ["a connection that is cut", async () => fetch(`http://127.0.0.1:${await http((req) => req.socket.destroy())}/`)],
    [
      "an answer that does not come in time",
      async () => fetch(`http://127.0.0.1:${await http(() => undefined)}/`, { signal: AbortSignal.timeout(50) }),
    ],
    [
      "a body that breaks off",
      async () => {
        const port = await http((_request, response) => {
          response.writeHead(200, { "content-length": "1000" });
          response.write("half", () => response.destroy());
        });
        return await (await fetch(`http://127.0.0.1:${port}/`)).text();
      },
    ],
    [
      "something that is no HTTP",
      async () => {
        const server = createSocketServer((socket) => socket.end("220 welcome\r\n\r\n")).listen(0, "127.0.0.1");
        await once(server, "listening");
        closing.push(async () => server.close());
        return await fetch(`http://127.0.0.1:${portOf(server)}/`);
      },
    ],
  ])("%s is transient", async (_what, act) => {
    const error = await thrownBy(act);
    expect(classify(error)).toMatchObject(LATER);
    expect(classifyOutside(error)).toMatchObject(LATER);
  });
});

describe("the stripe SDK", () => {
  async function stripeError(status: number, error: Record<string, unknown>, headers = {}): Promise<unknown> {
    const port = await http((_request, response) => {
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify({ error }));
    });
    return await thrownBy(() => stripeAt(port).paymentIntents.retrieve("pi_1"));
  }

  const stripeAt = (port: number, timeout = 2_000) =>
    new Stripe("sk_test", {
      host: "127.0.0.1",
      port,
      protocol: "http",
      timeout,
      maxNetworkRetries: 0,
      telemetry: false,
      httpClient: Stripe.createFetchHttpClient(),
    });

  test.each([
    [402, { type: "card_error", code: "card_declined", decline_code: "do_not_honor" }, "permanent", "payment_declined"],
    [402, { type: "card_error", code: "card_declined", decline_code: "stolen_card" }, "permanent", "payment_fraud"],
    [402, { type: "card_error", code: "insufficient_funds" }, "permanent", "insufficient_funds"],
    [402, { type: "card_error", code: "processing_error" }, "transient", "service_unavailable"],
    [500, { type: "api_error" }, "transient", "service_unavailable"],
    [429, { type: "invalid_request_error", code: "rate_limit" }, "transient", "service_unavailable"],
    [401, { type: "invalid_request_error" }, "transient", "service_unavailable"],
    [404, { type: "invalid_request_error", code: "resource_missing", param: "intent" }, "permanent", "invalid_message"],
    [400, { type: "idempotency_error" }, "permanent", "invalid_message"],
  ])("status %i %o is %s: %s", async (status, error, cls, failureType) => {
    expect(classify(await stripeError(status, error))).toMatchObject({ class: cls, failureType });
  });

  test("tells a time that ran out from a connection that was refused", async () => {
    const silent = await http(() => undefined);
    const late = await thrownBy(() => stripeAt(silent, 50).balance.retrieve());
    expect(classify(late)).toMatchObject({ class: "transient", failureType: "payment_timeout" });
    const nobody = await freePort();
    expect(classify(await thrownBy(() => stripeAt(nobody).balance.retrieve()))).toMatchObject(LATER);
  });
});

describe("a mail server", () => {
  const refusing = (responseCode: number) => Object.assign(new Error("no"), { responseCode });

  async function mailTo(
    options: SMTPServerOptions,
    more: Record<string, unknown> & { to?: string } = {},
  ): Promise<unknown> {
    const server = new SMTPServer({
      disableReverseLookup: true,
      closeTimeout: 10,
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      ...options,
    });
    const listening = server.listen(0, "127.0.0.1");
    await once(listening, "listening");
    closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
    return await mailErrorAt(portOf(listening), more);
  }

  const mailErrorAt = (
    port: number,
    { to = "b@example.org", ...more }: Record<string, unknown> & { to?: string } = {},
  ) =>
    thrownBy(() =>
      createTransport({
        host: "127.0.0.1",
        port,
        connectionTimeout: 500,
        greetingTimeout: 500,
        socketTimeout: 500,
        ...more,
      }).sendMail({ from: "a@bakery.example", to, text: "hello" }),
    );

  test.each([421, 450, 451, 452])("that answers %i is transient", async (code) => {
    expect(classify(await mailTo({ onRcptTo: (_to, _session, done) => done(refusing(code)) }))).toMatchObject(LATER);
  });

  test.each([550, 551, 553])("that answers %i to the recipient is permanent", async (code) => {
    expect(classify(await mailTo({ onRcptTo: (_to, _session, done) => done(refusing(code)) }))).toMatchObject(NEVER);
  });

  test.each([
    [554, NEVER],
    [451, LATER],
  ])("that answers %i to the message", async (code, expected) => {
    const error = await mailTo({
      onData(stream, _session, done) {
        stream.resume().on("end", () => done(refusing(code)));
      },
    });
    expect(classify(error)).toMatchObject(expected);
  });

  test("that refuses the login fails no order", async () => {
    const onAuth: SMTPServerOptions["onAuth"] = (_auth, _session, done) => done(refusing(535));
    const more = { auth: { user: "u", pass: "p" } };
    expect(classify(await mailTo({ onAuth, allowInsecureAuth: true }, more))).toMatchObject(LATER);
  });

  test("that cannot be reached, says nothing, or breaks off is transient", async () => {
    expect(classify(await mailErrorAt(await freePort()))).toMatchObject(LATER);
    for (const greet of [() => undefined, (socket: Socket) => socket.end("220 hello\r\n")]) {
      const server = createSocketServer(greet).listen(0, "127.0.0.1");
      await once(server, "listening");
      closing.push(async () => server.close());
      expect(classify(await mailErrorAt(portOf(server)))).toMatchObject(LATER);
    }
    expect(classify(await mailErrorAt(25, { host: "no-such-host.invalid" }))).toMatchObject(LATER);
  });

  test("is not asked about a message without a recipient, which is permanent", async () => {
    expect(classify(await mailTo({}, { to: "" }))).toMatchObject(NEVER);
  });
});

describe("Postgres", () => {
  const sql = (text: string, pool = engines.pool) => thrownBy(() => pool.query(text));

  /** Two connections that get into each other's way; answers with what the second of them, or either, is told. */
  async function between(act: (one: pg.PoolClient, two: pg.PoolClient) => Promise<unknown>): Promise<unknown> {
    const [one, two] = [await engines.pool.connect(), await engines.pool.connect()];
    try {
      return await thrownBy(() => act(one, two));
    } finally {
      for (const each of [one, two]) {
        const usable = await each.query("ROLLBACK").catch(() => undefined);
        each.release(usable === undefined);
      }
    }
  }

  test.each([
    ["SELECT 1/0", "22012"],
    ["SELECT 'x'::integer", "22P02"],
    ["INSERT INTO thing VALUES (1, 'again')", "23505"],
    ["INSERT INTO thing VALUES (3, NULL)", "23502"],
  ])("%s (%s) is poison: the values are to blame", async (text, code) => {
    const error = await sql(text);
    expect(error).toMatchObject({ code });
    expect(classify(error)).toMatchObject(POISON);
  });

  test.each([
    ["SELECT * FROM no_such_table", "42P01"],
    ["SELECT no_such_column FROM thing", "42703"],
    ["SELEC 1", "42601"],
    ["SELECT * FROM no_such_schema.thing", "42P01"],
  ])("%s (%s) is a mistake of our own that stops the work", async (text, code) => {
    const error = await sql(text);
    expect(error).toMatchObject({ code });
    expect(classify(error)).toEqual({ ...FAULT, failureType: "service_unavailable" });
  });

  test("a right that is missing is a mistake of our own", async () => {
    const error = await between(async (one) => {
      await one.query("BEGIN");
      await one.query("CREATE ROLE nobody_much");
      await one.query("SET LOCAL ROLE nobody_much");
      await one.query("SELECT * FROM runner.leases");
    });
    expect(error).toMatchObject({ code: "42501" });
    expect(classify(error)).toMatchObject(FAULT);
  });

  test("a database that does not exist is a mistake of our own; a server that is not there is trouble", async () => {
    const elsewhere = new URL(engines.databaseUrl);
    elsewhere.pathname = "/no_such_database";
    const lost = createPool(elsewhere.href, { applicationName: "test" });
    const nobody = createPool(`postgres://127.0.0.1:${await freePort()}/x`, { applicationName: "test" });
    closing.push(
      () => lost.end(),
      () => nobody.end(),
    );
    expect(classify(await sql("SELECT 1", lost))).toMatchObject(FAULT);
    expect(classify(await sql("SELECT 1", nobody))).toEqual({ ...OURS, failureType: "service_unavailable" });
  });

  test("a backend that is terminated, and a statement that takes too long, are trouble", async () => {
    const killed = await between(async (one, two) => {
      two.on("error", () => undefined);
      const { rows } = await two.query("SELECT pg_backend_pid() AS pid");
      const sleeping = thrownBy(() => two.query("SELECT pg_sleep(10)"));
      await one.query("SELECT pg_terminate_backend($1, 5000)", [rows[0].pid]);
      throw await sleeping;
    }).catch((error: unknown) => error);
    expect(classify(killed)).toMatchObject(OURS);
    const late = await between(async (one) => {
      await one.query("BEGIN");
      await one.query("SET LOCAL statement_timeout = 20");
      await one.query("SELECT pg_sleep(10)");
    });
    expect(late).toMatchObject({ code: "57014" });
    expect(classify(late)).toMatchObject(OURS);
  });

  test("transactions that collide, deadlock or wait for a lock too long are trouble", async () => {
    const collided = await between(async (one, two) => {
      for (const each of [one, two]) await each.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      for (const each of [one, two]) await each.query("SELECT * FROM thing");
      await one.query("UPDATE thing SET name = 'c' WHERE id = 1");
      await one.query("COMMIT");
      await two.query("UPDATE thing SET name = 'd' WHERE id = 1");
    });
    expect(collided).toMatchObject({ code: "40001" });
    const deadlocked = await between(async (one, two) => {
      for (const each of [one, two]) await each.query("BEGIN");
      await one.query("SET LOCAL deadlock_timeout = 20");
      await one.query("UPDATE thing SET name = 'e' WHERE id = 1");
      await two.query("UPDATE thing SET name = 'f' WHERE id = 2");
      const waiting = two.query("UPDATE thing SET name = 'f' WHERE id = 1");
      await Promise.all([one.query("UPDATE thing SET name = 'e' WHERE id = 2"), waiting]);
    });
    expect(deadlocked).toMatchObject({ code: "40P01" });
    const locked = await between(async (one, two) => {
      for (const each of [one, two]) await each.query("BEGIN");
      await one.query("SELECT * FROM thing WHERE id = 1 FOR UPDATE");
      await two.query("SELECT * FROM thing WHERE id = 1 FOR UPDATE NOWAIT");
    });
    expect(locked).toMatchObject({ code: "55P03" });
    for (const error of [collided, deadlocked, locked]) expect(classify(error)).toMatchObject(OURS);
  });

  test("a server that takes no more connections is trouble", async () => {
    await engines.pool.query("CREATE DATABASE crowded CONNECTION LIMIT 1");
    const url = new URL(engines.databaseUrl);
    url.pathname = "/crowded";
    await engines.pool.query("CREATE ROLE crowd LOGIN PASSWORD 'crowd'");
    url.username = "crowd";
    url.password = "crowd";
    const [first, second] = [new pg.Client(url.href), createPool(url.href, { applicationName: "test" })];
    await first.connect();
    closing.push(
      () => first.end(),
      () => second.end(),
    );
    const error = await sql("SELECT 1", second);
    expect(error).toMatchObject({ code: "53300" });
    expect(classify(error)).toMatchObject(OURS);
  });

  test("an error keeps its class when a handler wraps it", async () => {
    const wrapped = new Error("the batch failed", { cause: await sql("SELECT * FROM no_such_table") });
    expect(classify(wrapped)).toMatchObject(FAULT);
    expect(classifyOutside(wrapped)).toMatchObject(FAULT);
  });
});

describe("the event store", () => {
  const event = () => jsonEvent({ type: "tested", data: {} });

  test("a stream that moved on is nobody's fault, with the port and with the client", async () => {
    await engines.store.append(
      "s-1",
      [{ id: crypto.randomUUID(), type: "tested", data: {}, metadata: {} }],
      "no_stream",
    );
    const again = [{ id: crypto.randomUUID(), type: "tested", data: {}, metadata: {} }];
    expect(classify(await thrownBy(() => engines.store.append("s-1", again, "no_stream")))).toMatchObject(OURS);
    const client = EventStoreDBClient.connectionString(engines.storeUrl);
    closing.push(() => client.dispose());
    const error = await thrownBy(() => client.appendToStream("s-1", event(), { expectedRevision: NO_STREAM }));
    expect(error).toMatchObject({ type: "wrong-expected-version" });
    expect(classify(error)).toMatchObject(OURS);
  });

  test("an append that is too large is poison", async () => {
    const large = [{ id: crypto.randomUUID(), type: "tested", data: { text: "x".repeat(1_100_000) }, metadata: {} }];
    expect(classify(await thrownBy(() => engines.store.append("s-2", large, "no_stream")))).toMatchObject(POISON);
  });

  test("a store that went away is trouble", async () => {
    const other = await throwawayStore();
    const store = createEventStore({ url: other.url, timeoutMs: 100 });
    const client = EventStoreDBClient.connectionString(other.url);
    closing.push(
      () => store.close(),
      () => client.dispose(),
    );
    await store.head();
    await client.appendToStream("s-3", event());
    await other.stop();
    expect(classify(await thrownBy(() => store.head()))).toMatchObject(OURS);
    const raw = await thrownBy(() => client.appendToStream("s-3", event(), { expectedRevision: NO_STREAM }));
    // Not one of the client's own errors: what gRPC says comes through as it is.
    expect(raw).toMatchObject({ code: 14, details: expect.any(String) });
    expect(classify(raw)).toMatchObject(OURS);
  });

  test("an election and a lost answer are trouble", () => {
    // What the client makes of the answers of a cluster, as they were recorded when its leader was killed.
    const answer = { name: "", message: "Could not recognize Server Is Not Ready", details: "", code: 2 };
    const metadata = { get: () => [], getMap: () => ({ "leader-endpoint-host": "b", "leader-endpoint-port": "2113" }) };
    const raw = { ...answer, metadata } as unknown as ConstructorParameters<typeof NotLeaderError>[0]; // as gRPC has it
    for (const error of [
      new UnknownError(raw),
      new TimeoutError(raw),
      new DeadlineExceededError(raw),
      new CancelledError(raw),
      new NotLeaderError(raw),
    ]) {
      expect(classify(error)).toMatchObject(OURS);
    }
  });
});

describe("our own program", () => {
  test("an exception of our own handler is poison, and stays it in a call to the outside", () => {
    const mistake = new TypeError("cannot read properties of undefined (reading 'amount')");
    expect(classify(mistake)).toMatchObject(POISON);
    expect(classifyOutside(mistake)).toMatchObject(POISON);
    expect(classify(new Error("no such step"))).toMatchObject(POISON);
    expect(classify(new BrokenChainError("broken"))).toMatchObject(POISON);
    expect(classify(new Refusal("order_final", "no"))).toMatchObject(POISON);
    expect(classify("a string")).toMatchObject(POISON);
  });

  test("an error that nothing names is the outside's where it arose there, and transient", () => {
    expect(classifyOutside(new Error("odd"))).toEqual({ class: "transient", failureType: "unknown" });
  });

  test("work that another process has taken over says nothing of the work", () => {
    expect(classify(new NoLongerOwnedError("gone"))).toMatchObject(OURS);
  });

  test("a failure that its process manager has no event for keeps what the gateway said", () => {
    const failure = { class: "permanent", type: "restaurant_closed", message: "410" } as const;
    expect(classify(new OutsideError("not told", failure))).toMatchObject({
      class: "permanent",
      failureType: "restaurant_closed",
    });
  });
});
