import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLog } from "../../log.ts";
import { type RunningSimulators, startSimulators } from "../start-simulators.ts";

let folder: string;
let world: RunningSimulators;
const log = createLog("test", "silent");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-messages-"));
  world = await startSimulators({ dataDir: folder, log });
});

afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const send = (messageId: string, to = "maya@example.org") =>
  createTransport(world.smtpUrl).sendMail({
    from: "shop@example.org",
    to,
    subject: "Ihr Päckchen – unterwegs",
    text: "Good day",
    messageId: `<${messageId}>`,
  });

const post = (url: string, body: unknown) =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

const inbox = async () =>
  ((await (await fetch(`${world.emailControlUrl}/_messages`)).json()) as { messages: Record<string, unknown>[] })
    .messages;

describe("the mail server", () => {
  test("takes a message and notes its Message-ID, receivers and subject, also over a restart", async () => {
    await send("cause-1@ordertrail");
    const noted = { messageId: "cause-1@ordertrail", to: ["maya@example.org"], subject: "Ihr Päckchen – unterwegs" };
    expect(await inbox()).toMatchObject([noted]);
    await world.close();
    world = await startSimulators({ dataDir: folder, log });
    expect(await inbox()).toMatchObject([noted]);
  });

  test("has taken the message when it hangs up before its answer, so that a repeat is there twice", async () => {
    await post(`${world.emailControlUrl}/_switch`, { answerLost: true, times: 1 });
    await expect(send("cause-1@ordertrail")).rejects.toMatchObject({ code: "ECONNECTION" });
    await send("cause-1@ordertrail");
    expect((await inbox()).map(({ messageId }) => messageId)).toEqual(["cause-1@ordertrail", "cause-1@ordertrail"]);
  });

  test("refuses for a while, for good, or answers nobody, and takes nothing meanwhile", async () => {
    await post(`${world.emailControlUrl}/_switch`, { errorRate: 1, only: "maya@" });
    await expect(send("a@x")).rejects.toMatchObject({ responseCode: 451 });
    await send("b@x", "paul@example.org");
    await post(`${world.emailControlUrl}/_switch`, { errorRate: 1, errorStatus: 550 });
    await expect(send("c@x")).rejects.toMatchObject({ responseCode: 550 });
    await post(`${world.emailControlUrl}/_switch`, { down: true });
    await expect(send("d@x")).rejects.toMatchObject({ code: "ECONNECTION" });
    expect((await inbox()).map(({ messageId }) => messageId)).toEqual(["b@x"]);
    const { entries } = (await (await fetch(`${world.emailControlUrl}/_log`)).json()) as {
      entries: { fate: string }[];
    };
    expect(entries.map(({ fate }) => fate)).toEqual(["answered", "answered", "answered", "refused"]);
  });
});

test("text messages and push notifications are taken once by their reference", async () => {
  for (const url of [world.smsUrl, world.pushUrl]) {
    const message = { reference: "cause-1", to: "somebody", text: "It is on its way" };
    const [first, again] = [await post(`${url}/messages`, message), await post(`${url}/messages`, message)];
    expect(await again.json()).toEqual(await first.json());
    expect(await (await fetch(`${url}/_messages`)).json()).toMatchObject({ messages: [{ deliveries: 2, message }] });
    expect((await post(`${url}/messages`, { to: "x" })).status).toBe(422);
  }
});
