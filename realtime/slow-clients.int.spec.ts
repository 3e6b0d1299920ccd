import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { eventually } from "../infra/consumers/testing/engines.ts";
import { CLOSE } from "./protocol.ts";
import { gatewaysOverThings } from "./testing-gateways.ts";
import { change } from "./testing-topics.ts";

const { pool, bus, gateway, open } = gatewaysOverThings();

const newName = () => `thing-${randomUUID()}`;

describe("a client that does not take what it is sent", () => {
  const large = "x".repeat(50_000);

  test("costs bounded memory, and gets one snapshot instead of what it missed", async () => {
    const limits = { slowBytes: 200_000, mostBytes: 4_000_000, slowMs: 60_000 };
    const { url, gateway: inner } = await gateway({ limits });
    const name = newName();
    await change(pool(), name, { n: 0, large });
    const one = await open(url).subscribed(`thing.${name}`);
    await eventually(() => expect(one.about(`thing.${name}`)).toHaveLength(1));
    one.socket.pause();
    let n = 0;
    await eventually(async () => {
      for (let i = 0; i < 20; i++) await bus().publish([await change(pool(), name, { n: ++n, large })]);
      expect(inner.status().slow).toBe(1);
    });
    const atSlow = n;
    for (let i = 0; i < 40; i++) await bus().publish([await change(pool(), name, { n: ++n, large })]);
    one.socket.resume();
    await eventually(() => {
      expect(one.about(`thing.${name}`).at(-1)).toMatchObject({ op: "snapshot", data: { n } });
      expect(inner.status().slow).toBe(0);
    });
    expect(one.about(`thing.${name}`).length).toBeLessThanOrEqual(atSlow + 2);
    await bus().publish([await change(pool(), name, { n: ++n })]);
    await eventually(() => expect(one.about(`thing.${name}`).at(-1)).toMatchObject({ op: "delta", data: { n } }));
  });

  test("for too long is sent away", async () => {
    const { url, gateway: inner } = await gateway({ limits: { slowBytes: 100_000, slowMs: 100 } });
    const name = newName();
    await change(pool(), name, { n: 0, large });
    const one = await open(url).subscribed(`thing.${name}`);
    await eventually(() => expect(one.about(`thing.${name}`)).toHaveLength(1));
    one.socket.pause();
    let n = 0;
    await eventually(async () => {
      for (let i = 0; i < 20; i++) await bus().publish([await change(pool(), name, { n: ++n, large })]);
      expect(inner.status().sockets).toBe(0);
    });
  });

  test("and sends too much is sent away", async () => {
    const { url } = await gateway({ limits: { burst: 5, perSecond: 1 } });
    const one = await open(url).subscribed("thing.a");
    for (let i = 0; i < 10; i++) one.send({ op: "ping" });
    expect(await one.closed).toBe(CLOSE.tooManyMessages);
  });

  test("and sends nonsense is told so, and one that sends too large a message is cut without harm", async () => {
    const { url, gateway: inner } = await gateway();
    const one = await open(url).subscribed("thing.a");
    one.send("{");
    await eventually(() => expect(one.messages.some(({ op }) => op === "fault")).toBe(true));
    one.send("x".repeat(20_000));
    await one.closed;
    await eventually(() => expect(inner.status().sockets).toBe(0));
  });
});

test("a gateway that ends sends its clients away with a restart code", async () => {
  const { url, app } = await gateway();
  const two = [open(url), open(url)];
  for (const one of two) await eventually(() => expect(one.messages).not.toEqual([]));
  await app.close();
  expect(await Promise.all(two.map(({ closed }) => closed))).toEqual([1012, 1012]);
});
