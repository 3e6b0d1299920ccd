import { expect } from "vitest";
import { WebSocket } from "ws";
import { eventually } from "../infra/consumers/testing/engines.ts";
import { type ClientMessage, type ServerMessage, SUBPROTOCOL } from "./protocol.ts";

/** A bare socket that keeps what it is sent, for tests. */
export class Peer {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  readonly closed: Promise<number>;

  constructor(url: string, { role = "support", origin }: { role?: string | undefined; origin?: string } = {}) {
    const protocols = role === "" ? [SUBPROTOCOL] : [SUBPROTOCOL, `bearer.${role}`];
    this.socket = new WebSocket(url, protocols, origin === undefined ? {} : { origin });
    this.socket.on("error", () => {});
    this.socket.on("message", (raw) => this.messages.push(JSON.parse(raw.toString()) as ServerMessage));
    this.closed = new Promise((resolve) => this.socket.once("close", resolve));
  }

  /** Ends the sockets of a test. */
  static cutAll(peers: Peer[]): void {
    for (const { socket } of peers.splice(0)) socket.terminate();
  }

  send(message: ClientMessage | string): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  async subscribed(topic: string): Promise<this> {
    await eventually(() => expect(this.socket.readyState).toBe(WebSocket.OPEN));
    this.send({ op: "subscribe", topic });
    return this;
  }

  /** What it was sent about a topic, without the beats. */
  about(topic: string) {
    return this.messages.filter((message) => "topic" in message && message.topic === topic);
  }
}
