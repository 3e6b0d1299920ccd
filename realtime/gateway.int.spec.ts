import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { eventually } from "../infra/consumers/testing/engines.ts";
import { pause } from "../infra/consumers/waiting.ts";
import { SUBPROTOCOL } from "./protocol.ts";
import { gatewaysOverThings } from "./testing-gateways.ts";
import type { Peer } from "./testing-peer.ts";
import { change, thingSource } from "./testing-topics.ts";
import type { TopicSource } from "./topic-source.ts";

const { pool, bus, gateway, open } = gatewaysOverThings();

const statusOfRefusal = async (one: Peer) => {
  const [, response] = await once(one.socket, "unexpected-response");
  return (response as { statusCode: number }).statusCode;
};

const newName = (prefix = "thing") => `${prefix}-${randomUUID()}`;

describe("opening a socket", () => {
  test("from a foreign origin is refused, from the own host and from a configured one allowed", async () => {
    const { url } = await gateway();
    expect(await statusOfRefusal(open(url, { origin: "https://evil.example" }))).toBe(403);
    expect(await statusOfRefusal(open(url, { origin: "null" }))).toBe(403);
    for (const origin of [new URL(url.replace("ws:", "http:")).origin, "https://shop.example"]) {
      const one = open(url, { origin });
      await eventually(() => expect(one.messages[0]?.op).toBe("welcome"));
      expect(one.socket.protocol).toBe(SUBPROTOCOL);
    }
  });

  test("without a principal, without the subprotocol, or beyond the bound is refused", async () => {
    const { url } = await gateway({ mostSockets: 1 });
    expect(await statusOfRefusal(open(url, { role: "" }))).toBe(401);
    const bare = new WebSocket(url);
    bare.on("error", () => {});
    const [, response] = await once(bare, "unexpected-response");
    expect((response as { statusCode: number }).statusCode).toBe(400);
    const first = open(url);
    await eventually(() => expect(first.messages).not.toEqual([]));
    expect(await statusOfRefusal(open(url))).toBe(503);
  });
});

describe("a topic", () => {
  test("that a principal may not see is refused and nothing of it is ever sent", async () => {
    const { url } = await gateway();
    const name = newName("secret");
    await change(pool(), name, { n: 1 });
    const one = await open(url, { role: "guest" }).subscribed(`thing.${name}`);
    await eventually(() => expect(one.about(`thing.${name}`)).toHaveLength(1));
    // Asking twice in one breath must not get around the first refusal.
    one.send({ op: "subscribe", topic: `thing.${name}` });
    one.send({ op: "subscribe", topic: `thing.${name}` });
    await bus().publish([await change(pool(), name, { n: 2 })]);
    await eventually(() => expect(one.messages.filter(({ op }) => op === "beat").length).toBeGreaterThan(4));
    expect(new Set(one.about(`thing.${name}`).map((message) => message.op))).toEqual(new Set(["refused"]));
  });

  test("that does not exist, or is one too many, is refused", async () => {
    const { url } = await gateway({ limits: { topics: 2 } });
    const one = await open(url).subscribed("nothing.a");
    for (const topic of ["thing.a", "thing.b", "thing.c"]) one.send({ op: "subscribe", topic });
    await eventually(() => expect(one.about("thing.b")).toHaveLength(1));
    expect(one.about("nothing.a")).toMatchObject([{ op: "refused", reason: "unknown_topic" }]);
    expect(one.about("thing.c")).toMatchObject([{ op: "refused", reason: "too_many_topics" }]);
  });

  test("begins with a snapshot and goes on with deltas that follow it, each sent once", async () => {
    const { url } = await gateway();
    const name = newName();
    const first = await change(pool(), name, { n: 1 });
    const one = await open(url).subscribed(`thing.${name}`);
    await eventually(() => expect(one.about(`thing.${name}`)).toHaveLength(1));
    const second = await change(pool(), name, { n: 2 });
    const third = await change(pool(), name, { n: 3 });
    await bus().publish([first, second, second, third, first]);
    await eventually(() => expect(one.about(`thing.${name}`)).toHaveLength(3));
    expect(one.about(`thing.${name}`)).toMatchObject([
      { op: "snapshot", version: first.version, data: { n: 1 } },
      { op: "delta", version: second.version, prev: first.version, data: { n: 2 } },
      { op: "delta", version: third.version, prev: second.version, data: { n: 3 } },
    ]);
  });

  test("that has nothing yet says so, and its first delta arrives", async () => {
    const { url } = await gateway();
    const name = newName();
    const one = await open(url).subscribed(`thing.${name}`);
    await eventually(() => expect(one.about(`thing.${name}`)).toMatchObject([{ op: "empty" }]));
    await bus().publish([await change(pool(), name, { n: 1 })]);
    await eventually(() => expect(one.about(`thing.${name}`).at(-1)).toMatchObject({ op: "delta", data: { n: 1 } }));
  });

  test("is not sent again to a client that already has the newest version", async () => {
    const { url } = await gateway();
    const name = newName();
    const { version, epoch } = await change(pool(), name, { n: 1 });
    const one = open(url);
    await eventually(() => expect(one.messages).not.toEqual([]));
    one.send({ op: "subscribe", topic: `thing.${name}`, have: { epoch, version } });
    await eventually(() => expect(one.about(`thing.${name}`)).toMatchObject([{ op: "current", version }]));
  });
});

describe("what got lost", () => {
  test("in the middle shows as a gap and is repaired by a snapshot", async () => {
    const { url } = await gateway({ headCheckMs: 60_000 });
    const name = newName();
    await change(pool(), name, { n: 1 });
    const one = await open(url).subscribed(`thing.${name}`);
    await eventually(() => expect(one.about(`thing.${name}`)).toHaveLength(1));
    await change(pool(), name, { n: 2 }, { lost: true });
    await bus().publish([await change(pool(), name, { n: 3 })]);
    await eventually(() => expect(one.about(`thing.${name}`)).toHaveLength(2));
    expect(one.about(`thing.${name}`)[1]).toMatchObject({ op: "snapshot", data: { n: 3 } });
  });

  test("at the end shows nowhere, and is repaired by the comparison of heads", async () => {
    const { url, gateway: inner } = await gateway();
    const name = newName();
    await change(pool(), name, { n: 1 });
    const one = await open(url).subscribed(`thing.${name}`);
    await eventually(() => expect(one.about(`thing.${name}`)).toHaveLength(1));
    await change(pool(), name, { n: 2 }, { lost: true });
    await eventually(() => expect(one.about(`thing.${name}`).at(-1)).toMatchObject({ op: "snapshot", data: { n: 2 } }));
    expect(inner.status().repaired).toBe(1);
  });

  test("with a swapped generation is repaired by a snapshot of the new one", async () => {
    const { url } = await gateway();
    const name = newName();
    await change(pool(), name, { n: 1 });
    const one = await open(url).subscribed(`thing.${name}`);
    await eventually(() => expect(one.about(`thing.${name}`)).toHaveLength(1));
    await change(pool(), name, { n: 2 }, { epoch: "things:2", lost: true });
    await eventually(() =>
      expect(one.about(`thing.${name}`).at(-1)).toMatchObject({ op: "snapshot", epoch: "things:2", data: { n: 2 } }),
    );
  });

  test("between joining and the snapshot is kept and sent afterwards, without gap or repeat", async () => {
    const name = newName();
    await change(pool(), name, { n: 1 });
    const inner = thingSource(pool());
    let read = () => {};
    const mayRead = new Promise<void>((resolve) => {
      read = resolve;
    });
    const slow: TopicSource = {
      ...inner,
      async snapshot(topic, principal) {
        const snapshot = await inner.snapshot(topic, principal);
        await mayRead;
        return snapshot;
      },
    };
    const { url, gateway: status } = await gateway({ sources: [slow], headCheckMs: 60_000 });
    const one = await open(url).subscribed(`thing.${name}`);
    await eventually(() => expect(status.status().topics).toBe(1));
    await pause(50);
    await bus().publish([await change(pool(), name, { n: 2 }), await change(pool(), name, { n: 3 })]);
    read();
    await eventually(() => expect(one.about(`thing.${name}`)).toHaveLength(3));
    expect(one.about(`thing.${name}`)).toMatchObject([
      { op: "snapshot", data: { n: 1 } },
      { op: "delta", data: { n: 2 } },
      { op: "delta", data: { n: 3 } },
    ]);
  });

  test("with the database is not passed off as fresh", async () => {
    let away = false;
    const inner = thingSource(pool());
    const source: TopicSource = {
      ...inner,
      heads: (topics) => (away ? Promise.reject(new Error("the database is away")) : inner.heads(topics)),
    };
    const { url } = await gateway({ sources: [source] });
    const name = newName();
    await change(pool(), name, { n: 1 });
    const one = await open(url).subscribed(`thing.${name}`);
    const beats = () => one.messages.filter((message) => message.op === "beat");
    await eventually(() => expect(beats().length).toBeGreaterThan(2));
    away = true;
    await eventually(() => {
      const last = beats().at(-1);
      expect((last?.at ?? 0) - (last?.asOf ?? 0)).toBeGreaterThan(500);
    });
    away = false;
    await eventually(() => {
      const last = beats().at(-1);
      expect((last?.at ?? 0) - (last?.asOf ?? 0)).toBeLessThan(450);
    });
  });
});
