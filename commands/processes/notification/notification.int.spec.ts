import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import { Personal } from "../../../domain/chain/personal.ts";
import { type Contact, type OrderEvent, orderStream } from "../../../domain/order/events.ts";
import { type Clock, systemClock, toInstant } from "../../../infra/clock.ts";
import { readConfig } from "../../../infra/config.ts";
import { startFeed } from "../../../infra/consumers/feed.ts";
import { startConsumer } from "../../../infra/consumers/run-consumer.ts";
import { type Engines, eventually, startEngines } from "../../../infra/consumers/testing/engines.ts";
import { FailpointError } from "../../../infra/failpoints.ts";
import { CustomerKeys } from "../../../infra/keys/customer-keys.ts";
import { keysMigration } from "../../../infra/keys/migration.ts";
import { createLog } from "../../../infra/log.ts";
import type { RunningSimulator } from "../../../infra/simulators/base/simulator.ts";
import { type AcceptedMail, startMailSimulator } from "../../../infra/simulators/messages/mail-simulator.ts";
import { startMessageSimulator } from "../../../infra/simulators/messages/message-simulator.ts";
import { fulfilmentAt, happened, placedAt } from "../../../test/fixtures/order-examples.ts";
import { Guards } from "../../gateways/guards.ts";
import { SmtpEmailGateway } from "../../gateways/messages/email-gateway.ts";
import { HttpMessageGateway } from "../../gateways/messages/http-message-gateway.ts";
import type { MessageGateway } from "../../gateways/messages/message-gateway.ts";
import { orders } from "../../orders/order-aggregate.ts";
import { Placings } from "../../orders/placings.ts";
import { StreamWriter } from "../../writing/writer.ts";
import { FactRecorder } from "../facts.ts";
import { EFFECTS_MIGRATIONS } from "../runner/effects-migration.ts";
import { processConsumer } from "../runner/process-consumer.ts";
import { NotificationProcess } from "./notification.ts";

const MINUTE = 60_000;
/** Failures in a row that open the circuit: one more than a single order's message has in any test. */
const FAILURES = 5;
const log = createLog("test", "silent");

let engines: Engines;
let folder: string;
let mail: RunningSimulator;
let sms: RunningSimulator;
let keys: CustomerKeys;
let writer: StreamWriter;
let email: SmtpEmailGateway;
let guards: Guards;
let stop: () => Promise<void>;
let ahead = 0;
/** The next message is sent, and then the process forgets it, as if it had died before it could write it down. */
let dies = false;
const clock: Clock = { now: () => systemClock.now() + ahead };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-notices-"));
  engines = await startEngines([keysMigration, ...EFFECTS_MIGRATIONS]);
  mail = await startMailSimulator({ dataDir: folder, port: 0, controlPort: 0, log });
  sms = await startMessageSimulator({ name: "sms", dataDir: folder, port: 0, log });
  keys = new CustomerKeys(engines.pool, { master: randomBytes(32), clock });
  writer = new StreamWriter(engines.store, {
    service: { role: "test", version: "0", instance: "test" },
    region: "local",
  });
  const config = readConfig({ SMTP_URL: mail.url, SMS_URL: sms.url, MAIL_FROM: "Bakery <orders@bakery.example>" });
  email = new SmtpEmailGateway(config);
  const dying: MessageGateway = {
    probe: () => email.probe(),
    close: () => email.close(),
    async send(message, signal) {
      const answer = await email.send(message, signal);
      if (!dies) return answer;
      dies = false;
      throw new FailpointError("the process died here");
    },
  };
  const texts = new HttpMessageGateway(config.SMS_URL, 2_000);
  guards = new Guards({
    timeoutMs: 5_000,
    failures: FAILURES,
    probeMs: 100,
    atOnce: 8,
    probes: { email: () => email.probe() },
  });
  const manager = new NotificationProcess({
    store: engines.store,
    placings: new Placings(engines.store),
    keys,
    facts: new FactRecorder(writer, clock, new Uint8Array(32)),
    gateways: { email: dying, sms: texts, push: texts },
    guards,
    clock,
    retryDelaysMs: [MINUTE, 5 * MINUTE, 15 * MINUTE],
  });
  const ending = new AbortController();
  const feed = startFeed({ store: engines.store, log });
  const { pool } = engines;
  const running = startConsumer({
    consumer: processConsumer({
      manager,
      memory: writer.memory,
      pool,
      clock,
      log,
      scanMs: 50,
      sweepMs: 500,
      retryDelaysMs: [100],
    }),
    pool,
    feed,
    leaseMs: 5_000,
    instance: "test",
    log,
    clock,
    signal: ending.signal,
  });
  stop = async () => {
    ending.abort();
    guards.close();
    await running.done;
    await feed.close();
  };
});

afterEach(() => turn({}));

afterAll(async () => {
  await stop();
  email.close();
  await Promise.all([mail.close(), sms.close()]);
  await engines.stop();
  await rm(folder, { recursive: true, force: true });
});

const turn = (switches: Readonly<Record<string, unknown>>) =>
  fetch(`${mail.controlUrl}/_switch`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(switches),
  });

/** An order that is paid, of a customer whom this contact reaches. */
async function paid(contact: Contact): Promise<{ readonly orderId: string; readonly customerId: string }> {
  const [orderId, customerId] = [randomUUID(), randomUUID()];
  const placed = { ...placedAt(fulfilmentAt("bakery")), orderId, customerId, contact: new Personal(contact) };
  await append(orderId, customerId, [
    { type: "order.placed", data: placed },
    happened.reserved(),
    happened.processing(),
    happened.paid(),
  ]);
  return { orderId, customerId };
}

async function append(orderId: string, customerId: string, events: readonly OrderEvent[]): Promise<void> {
  const cmd = randomUUID();
  await writer.write({
    stream: orderStream(orderId),
    aggregate: orders,
    kind: "fact",
    keys: await keys.getOrCreate(customerId),
    envelope: {
      cmd,
      fp: "f".repeat(32),
      at: toInstant(clock.now()),
      actor: { type: "system", id: "test" },
      correlationId: orderId,
      causationId: cmd,
    },
    decide: () => events,
  });
}

type Told = RecordedEvent & { readonly data: { readonly nextAttemptAt?: string; readonly messageId?: string } };

const told = async (orderId: string) =>
  (await engines.store.readStream(orderStream(orderId))).filter(({ type }) =>
    type.startsWith("notification."),
  ) as Told[]; // the project's own events

const untilTold = (orderId: string, type: string, times = 1) =>
  eventually(async () => {
    const events = await told(orderId);
    expect(events.filter((event) => event.type === type)).toHaveLength(times);
    return events;
  });

async function mails(to: string): Promise<readonly AcceptedMail[]> {
  const answer = await fetch(`${mail.controlUrl}/_messages?to=${encodeURIComponent(to)}`);
  return ((await answer.json()) as { messages: AcceptedMail[] }).messages;
}

test("a customer with an email is told once by email, under an id that says what it is about", async () => {
  const { orderId, customerId } = await paid({ name: "Zoë", email: "zoe@example.org", phone: "+49 30 1" });
  await untilTold(orderId, "notification.sent");
  const messageId = `confirmed.${orderId}@bakery.example`;
  expect(await mails("zoe@example.org")).toMatchObject([
    { messageId, subject: `Your order is confirmed (${orderId.slice(0, 6).toUpperCase()})` },
  ]);
  expect(await told(orderId)).toMatchObject([{ data: { notice: "confirmed", channel: "email", messageId } }]);
  await append(orderId, customerId, [happened.delivered()]);
  await untilTold(orderId, "notification.sent", 2);
  expect((await mails("zoe@example.org")).map((one) => one.messageId)).toEqual([
    messageId,
    `delivered.${orderId}@bakery.example`,
  ]);
});

test("a customer with a phone alone gets a text message", async () => {
  const { orderId } = await paid({ name: "Maya", phone: "+49 30 7654321" });
  await untilTold(orderId, "notification.sent");
  const { messages } = (await (await fetch(`${sms.url}/_messages`)).json()) as {
    messages: { message: { to: string; text: string } }[];
  };
  expect(messages.filter(({ message }) => message.to === "+49 30 7654321")).toHaveLength(1);
});

test("a message that was sent before the process died is sent again under the same id, and noted once", async () => {
  dies = true;
  const { orderId } = await paid({ name: "Maya", email: "crash@example.org" });
  await untilTold(orderId, "notification.sent");
  const got = await mails("crash@example.org");
  expect(got).toHaveLength(2);
  expect(new Set(got.map(({ messageId }) => messageId))).toEqual(new Set([`confirmed.${orderId}@bakery.example`]));
});

test("a message whose acknowledgement was lost is told under one id as well", async () => {
  await turn({ answerLost: true, times: 1 });
  const { orderId } = await paid({ name: "Maya", email: "lost@example.org" });
  await untilTold(orderId, "notification.failed");
  ahead += 2 * MINUTE;
  await untilTold(orderId, "notification.sent");
  expect(new Set((await mails("lost@example.org")).map(({ messageId }) => messageId)).size).toBe(1);
});

test("a mail server that is away is tried again after 1, 5 and 15 minutes, then the message is sent once", async () => {
  await turn({ down: true });
  const { orderId } = await paid({ name: "Maya", email: "later@example.org" });
  for (const [index, minutes] of [1, 5, 15].entries()) {
    const failed = (await untilTold(orderId, "notification.failed", index + 1)).at(-1);
    const waits = Date.parse(failed?.data.nextAttemptAt ?? "") - Date.parse(failed?.metadata.at ?? "");
    expect(waits / MINUTE / minutes).toBeGreaterThan(0.79);
    expect(waits / MINUTE / minutes).toBeLessThan(1.21);
    if (minutes === 15) await turn({});
    ahead += 1.25 * minutes * MINUTE;
  }
  await untilTold(orderId, "notification.sent");
  expect(await mails("later@example.org")).toHaveLength(1);
});

test("a mailbox that the server refuses for good is given up at once", async () => {
  await turn({ errorRate: 1, errorStatus: 550 });
  const { orderId } = await paid({ name: "Maya", email: "nobody@example.org" });
  const events = await untilTold(orderId, "notification.failed");
  expect(events).toMatchObject([{ data: { attempt: 1, failureType: "invalid_message", reason: "refused" } }]);
  expect(events[0]?.data.nextAttemptAt).toBeUndefined();
});

test("a customer who was erased, or who left no way, is not told, and the order says why", async () => {
  await turn({ down: true });
  const { orderId, customerId } = await paid({ name: "Maya", email: "erased@example.org" });
  await untilTold(orderId, "notification.failed");
  await keys.forget(customerId);
  await turn({});
  ahead += 2 * MINUTE;
  expect((await untilTold(orderId, "notification.failed", 2)).at(-1)).toMatchObject({ data: { reason: "erased" } });
  expect(await mails("erased@example.org")).toEqual([]);

  const silent = await paid({ name: "Maya" });
  expect(await untilTold(silent.orderId, "notification.failed")).toMatchObject([{ data: { reason: "no_channel" } }]);
});

test("a message that the mail server was never asked to take waits for the server, and costs no attempt", async () => {
  await turn({ down: true });
  for (let nth = 1; nth <= FAILURES; nth++) await paid({ name: "Maya", email: `opens${nth}@example.org` });
  await eventually(() => expect(guards.state({ system: "email", place: "" })).toBe("open"));
  const { orderId } = await paid({ name: "Maya", email: "waits@example.org" });
  await eventually(async () => {
    const { rows } = await engines.pool.query(
      "SELECT due_at > $2 AS later FROM notification.effects WHERE order_id = $1",
      [orderId, clock.now()],
    );
    expect(rows).toEqual([{ later: true }]);
  });
  await turn({});
  await eventually(async () => {
    ahead += MINUTE;
    expect(await told(orderId)).toMatchObject([{ type: "notification.sent", data: { notice: "confirmed" } }]);
  });
  expect(await mails("waits@example.org")).toHaveLength(1);
});
