import { connect, type NatsConnection, type Subscription } from "nats";
import { messageOf, pause } from "../infra/consumers/waiting.ts";
import type { Log } from "../infra/log.ts";
import type { Bus } from "./bus.ts";
import { fromCloudEvent, SUBJECTS, subjectOf, toCloudEvent } from "./cloud-event.ts";
import type { TopicMessage } from "./protocol.ts";

export interface NatsBusOptions {
  readonly url: string;
  /** Shown in the server's list of connections. */
  readonly name: string;
  readonly log: Log;
  /** How long connecting and flushing may take. Default 5,000 ms. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 5_000;

/** The broker is not connected, or was not for a moment: whether the messages arrived is not known. */
export class BusUnavailableError extends Error {
  readonly code = "bus_unavailable";
}

/**
 * The bus of relay and gateways in different processes. Connects in the background and for ever; until it is
 * connected, and whenever it is not, publishing rejects and the messages stay in the outbox.
 */
export function natsBus(options: NatsBusOptions): Bus {
  return new NatsBus(options);
}

class NatsBus implements Bus {
  readonly #options: NatsBusOptions;
  readonly #timeoutMs: number;
  readonly #handlers = new Set<(message: TopicMessage) => void>();
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #connection: NatsConnection | undefined;
  #subscription: Subscription | undefined;
  #connected = false;
  /** Grows with every loss: what was published before one may be gone, though a flush after it succeeds. */
  #losses = 0;

  constructor(options: NatsBusOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#running = this.#run();
  }

  async publish(messages: readonly TopicMessage[]): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined || !this.#connected) throw new BusUnavailableError("the broker is not connected");
    const losses = this.#losses;
    const largest = connection.info?.max_payload ?? 1024 * 1024;
    for (const message of messages) {
      const payload = Buffer.from(JSON.stringify(toCloudEvent(message)));
      if (payload.length > largest) {
        // It would end the connection, again and again. Gateways find the gap and read the tables.
        this.#options.log.error({ topic: message.topic, bytes: payload.length }, "message too large for the broker");
        continue;
      }
      connection.publish(subjectOf(message.topic), payload);
    }
    await this.#flush(connection);
    if (losses !== this.#losses) throw new BusUnavailableError("the connection was lost while publishing");
  }

  subscribe(handler: (message: TopicMessage) => void): () => void {
    this.#handlers.add(handler);
    this.#listen();
    return () => this.#handlers.delete(handler);
  }

  state(): "connected" | "away" {
    return this.#connected ? "connected" : "away";
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#handlers.clear();
    await this.#connection?.close().catch(() => {});
    await this.#running;
  }

  async #flush(connection: NatsConnection): Promise<void> {
    const late = new AbortController();
    const timeout = pause(this.#timeoutMs, late.signal).then(() => {
      if (!late.signal.aborted) throw new BusUnavailableError(`the broker did not answer within ${this.#timeoutMs} ms`);
    });
    try {
      await Promise.race([connection.flush(), timeout]);
    } finally {
      late.abort();
    }
  }

  async #run(): Promise<void> {
    const { url, name, log } = this.#options;
    const signal = this.#closing.signal;
    while (!signal.aborted) {
      try {
        const connection = await connect({
          servers: url,
          name,
          timeout: this.#timeoutMs,
          maxReconnectAttempts: -1,
          reconnectTimeWait: 250,
          reconnectJitter: 250,
          pingInterval: 5_000,
          maxPingOut: 2,
        });
        if (signal.aborted) {
          await connection.close();
          return;
        }
        this.#connection = connection;
        this.#connected = true;
        this.#listen();
        log.info({ server: connection.getServer() }, "broker connected");
        // Not awaited: its iterator does not end with the connection (nats 2.29.3).
        this.#followStatus(connection).catch(() => {});
        await connection.closed();
      } catch (error) {
        log.warn({ cause: messageOf(error) }, "broker cannot be reached; it is tried again");
      }
      this.#lost();
      this.#connection = undefined;
      this.#subscription = undefined;
      await pause(500 + Math.random() * 500, signal);
    }
  }

  async #followStatus(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === "disconnect") this.#lost();
      else if (type === "reconnect") this.#connected = true;
    }
  }

  #lost(): void {
    if (this.#connected) this.#options.log.warn("broker connection lost");
    this.#connected = false;
    this.#losses++;
  }

  #listen(): void {
    if (this.#subscription || this.#handlers.size === 0 || this.#connection === undefined) return;
    this.#subscription = this.#connection.subscribe(SUBJECTS, {
      callback: (error, received) => {
        const message = error ? undefined : fromCloudEvent(received.data);
        if (message === undefined) {
          this.#options.log.warn({ subject: received?.subject }, "a message of the broker could not be read");
          return;
        }
        for (const handler of this.#handlers) handler(message);
      },
    });
  }
}
