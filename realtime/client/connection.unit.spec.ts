import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ClientMessage, ServerMessage } from "../protocol.ts";
import { LiveConnection, type Socket } from "./connection.ts";

/** The other end of each socket that was opened, in order. */
const ends: End[] = [];

class End implements Socket {
  readonly readyState = 1;
  readonly sent: ClientMessage[] = [];
  readonly #listeners = new Map<string, (event: { readonly data: unknown }) => void>();
  constructor() {
    ends.push(this);
  }
  send(data: string): void {
    this.sent.push(JSON.parse(data) as ClientMessage); // as the client has just written it
  }
  close(): void {}
  addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void {
    this.#listeners.set(type, listener);
  }
  say(message: ServerMessage): void {
    this.#listeners.get("message")?.({ data: JSON.stringify(message) });
  }
  cut(): void {
    this.#listeners.get("close")?.({ data: undefined });
  }
}

/** A server whose clock is an hour ahead: nothing may depend on both clocks agreeing. */
const server = () => Date.now() + 3_600_000;
const welcome = (): ServerMessage => ({ op: "welcome", at: server(), beatMs: 2_000 });
const beat = (asOf = server()): ServerMessage => ({ op: "beat", at: server(), asOf });
const snapshot: ServerMessage = { op: "snapshot", topic: "t", epoch: "e", version: "7", data: {} };
const current: ServerMessage = { op: "current", topic: "t", epoch: "e", version: "7" };
const newest = (): End => {
  const end = ends.at(-1);
  if (end === undefined) throw new Error("no socket was opened");
  return end;
};

let connection: LiveConnection;

beforeEach(() => {
  vi.useFakeTimers();
  ends.length = 0;
  connection = new LiveConnection({ url: "ws://server/ws", WebSocket: End });
  connection.subscribe("t", { snapshot: () => {}, delta: () => {} });
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

const state = () => connection.status().state;

async function becomeLive(): Promise<void> {
  newest().say(welcome());
  newest().say(snapshot);
  await vi.advanceTimersByTimeAsync(1_000);
  newest().say(beat());
  expect(state()).toBe("live");
}

async function comeBack(): Promise<void> {
  const before = ends.length;
  newest().cut();
  await vi.advanceTimersByTimeAsync(300);
  expect(ends.length).toBe(before + 1);
  newest().say(welcome());
}

describe("a connection that came back", () => {
  test("is not live before the server has vouched over it, however short the cut was", async () => {
    await becomeLive();
    await comeBack();
    expect(state()).toBe("reconnecting");
    newest().say(current);
    expect(state()).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(1_000);
    newest().say(beat());
    expect(state()).toBe("live");
  });

  test("is not live while the state of a topic that is shown has not been told again", async () => {
    await becomeLive();
    await comeBack();
    await vi.advanceTimersByTimeAsync(1_000);
    newest().say(beat());
    newest().say({ op: "refused", topic: "t", reason: "unavailable" });
    newest().say(beat());
    expect(state()).toBe("reconnecting");
    newest().say(snapshot);
    expect(state()).toBe("reconnecting");
    newest().say(beat());
    expect(state()).toBe("live");
  });

  test("is not live by a word that the server had before it", async () => {
    await becomeLive();
    await comeBack();
    newest().say(current);
    await vi.advanceTimersByTimeAsync(1_000);
    newest().say(beat(server() - 1_000));
    expect(state()).toBe("reconnecting");
  });

  test("tells when what is shown was the newest until then", async () => {
    await becomeLive();
    const { asOf } = connection.status();
    await comeBack();
    await vi.advanceTimersByTimeAsync(1_000);
    newest().say(beat());
    expect(connection.status().asOf).toBe(asOf);
  });
});
