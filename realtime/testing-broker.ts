import { createServer, type Server, type Socket } from "node:net";

/** A broker that tests can take away and bring back. */
export interface Broker {
  readonly url: string;
  /** Payloads that arrived, by subject. */
  readonly published: readonly { readonly subject: string; readonly payload: string }[];
  /** Listens, after the first time on the same port. Does nothing while it does. */
  start(): Promise<void>;
  /** Breaks every connection and listens no more. */
  stop(): Promise<void>;
  /** Ends it for good. */
  close(): Promise<void>;
}

/**
 * As much of a NATS server as the bus needs (INFO, CONNECT, PING, SUB with `>`, PUB, MSG), for machines that have
 * none: the client under test is the real one, and what is tested is what it does when the broker goes away.
 */
export class TestBroker implements Broker {
  readonly #sockets = new Map<Socket, Map<string, string>>();
  #server: Server | undefined;
  #port = 0;
  readonly published: { readonly subject: string; readonly payload: string }[] = [];

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    if (this.#server) return;
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    const address = server.address();
    if (typeof address === "object" && address) this.#port = address.port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets.keys()) socket.destroy();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  close(): Promise<void> {
    return this.stop();
  }

  #serve(socket: Socket): void {
    const subscriptions = new Map<string, string>();
    this.#sockets.set(socket, subscriptions);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    socket.write(
      `INFO ${JSON.stringify({ server_id: "test", version: "2.9.10", proto: 1, max_payload: 1048576 })}\r\n`,
    );
    let waiting: Buffer = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      waiting = this.#take(Buffer.concat([waiting, chunk]), socket, subscriptions);
    });
  }

  /** Handles every whole command and gives back what is left. */
  #take(bytes: Buffer, socket: Socket, subscriptions: Map<string, string>): Buffer {
    for (;;) {
      const end = bytes.indexOf("\r\n");
      if (end < 0) return bytes;
      const [op = "", ...words] = bytes.subarray(0, end).toString().trim().split(/\s+/);
      let used = end + 2;
      if (op === "PING") socket.write("PONG\r\n");
      else if (op === "SUB") subscriptions.set(words.at(-1) ?? "", words[0] ?? "");
      else if (op === "UNSUB") subscriptions.delete(words[0] ?? "");
      else if (op === "PUB") {
        const size = Number(words.at(-1));
        if (bytes.length < used + size + 2) return bytes;
        this.#publish(words[0] ?? "", bytes.subarray(used, used + size));
        used += size + 2;
      }
      bytes = bytes.subarray(used);
    }
  }

  #publish(subject: string, payload: Buffer): void {
    this.published.push({ subject, payload: payload.toString() });
    for (const [socket, subscriptions] of this.#sockets) {
      for (const [id, pattern] of subscriptions) {
        const matches = pattern.endsWith(">") ? subject.startsWith(pattern.slice(0, -1)) : subject === pattern;
        if (!matches) continue;
        socket.write(
          Buffer.concat([Buffer.from(`MSG ${subject} ${id} ${payload.length}\r\n`), payload, Buffer.from("\r\n")]),
        );
      }
    }
  }
}
