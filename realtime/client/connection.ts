import { BEARER_PREFIX, type ClientMessage, type ServerMessage, SUBPROTOCOL } from "../protocol.ts";
import { type LiveStatus, statusOf } from "./status.ts";
import { Topic, type TopicHandlers } from "./topic.ts";

export interface LiveOptions {
  /** `ws://…/ws` or `wss://…/ws`. */
  readonly url: string;
  /** The caller's token, asked for at every connecting. */
  readonly token?: () => string | undefined;
  /** From when on a lost connection is called offline. Default 5,000 ms. */
  readonly offlineAfterMs?: number;
  /** How old the server's word may be while it is connected. Default 10,000 ms. */
  readonly staleAfterMs?: number;
  /** Longest pause between two tries to connect. Default 10,000 ms. */
  readonly longestPauseMs?: number;
  /** Default: the platform's. */
  readonly WebSocket?: SocketConstructor;
}

/** What is needed of a WebSocket; browsers and Node have it. */
export interface Socket {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "close" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}

export type SocketConstructor = new (url: string, protocols: string[]) => Socket;

const OPEN = 1;
const FIRST_PAUSE_MS = 250;
const TICK_MS = 500;
const CONNECT_MS = 10_000;
const ASK_LATER_MS = 2_000;
const DEFAULT_BEAT_MS = 2_000;

/**
 * The one connection of a page. It reconnects by itself, asks for what it missed, and says at any time how fresh what
 * the page shows is.
 */
export class LiveConnection {
  readonly #options: LiveOptions;
  readonly #topics = new Map<string, Topic>();
  readonly #watchers = new Set<(status: LiveStatus) => void>();
  readonly #startedAt = Date.now();
  readonly #ticker: ReturnType<typeof setInterval>;
  readonly #later = new Set<ReturnType<typeof setTimeout>>();
  readonly #forgetPage: () => void;
  #socket: Socket | undefined;
  /** When the server spoke first over this socket: on this machine's clock, and on the server's. */
  #welcomed: { readonly heardAt: number; readonly at: number } | undefined;
  /** The server has vouched over this socket for what is shown. */
  #confirmed = false;
  /** Topics that were shown before this socket, and whose state it has not told yet. */
  readonly #owed = new Set<string>();
  #connectingSince = 0;
  #heardAt = 0;
  #beatMs = DEFAULT_BEAT_MS;
  #asOf: number | undefined;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #told: LiveStatus | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#forgetPage = onPageBack(() => this.reconnect());
    this.#connect();
  }

  /** Follows a topic until the returned function is called. Types are the caller's word: data is what the topic holds. */
  subscribe<Snapshot, Delta = Snapshot>(name: string, handlers: TopicHandlers<Snapshot, Delta>): () => void {
    const topic = this.#topics.get(name) ?? new Topic(name);
    this.#topics.set(name, topic);
    const untyped = handlers as TopicHandlers<unknown, unknown>;
    topic.handlers.add(untyped);
    this.#ask(topic, true);
    return () => {
      topic.handlers.delete(untyped);
      if (topic.handlers.size > 0 || this.#topics.get(name) !== topic) return;
      this.#topics.delete(name);
      this.#owed.delete(name);
      this.#send({ op: "unsubscribe", topic: name });
    };
  }

  status(): LiveStatus {
    return statusOf({
      now: Date.now(),
      welcomedAt: this.#welcomed?.heardAt,
      confirmed: this.#confirmed,
      startedAt: this.#startedAt,
      asOf: this.#asOf,
      offlineAfterMs: this.#options.offlineAfterMs ?? 5_000,
      staleAfterMs: this.#options.staleAfterMs ?? 10_000,
    });
  }

  /** Tells every change of the status, and about twice a second how it goes on while it is not live. */
  onStatus(watcher: (status: LiveStatus) => void): () => void {
    this.#watchers.add(watcher);
    watcher(this.status());
    return () => this.#watchers.delete(watcher);
  }

  /** Connects now, if it is not connected; with a connection, finds out whether it still lives. */
  reconnect(): void {
    if (this.#closed) return;
    if (this.#welcomed !== undefined) this.#send({ op: "ping" });
    else if (this.#socket === undefined) this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#ticker);
    clearTimeout(this.#retry);
    for (const timer of this.#later) clearTimeout(timer);
    this.#forgetPage();
    this.#topics.clear();
    this.#watchers.clear();
    this.#drop();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    const token = this.#options.token?.();
    const protocols = token === undefined ? [SUBPROTOCOL] : [SUBPROTOCOL, BEARER_PREFIX + token];
    const Constructor = this.#options.WebSocket ?? platformWebSocket();
    this.#connectingSince = Date.now();
    const socket = new Constructor(this.#options.url, protocols);
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (this.#socket === socket) this.#receive(String(data));
    });
    const over = () => {
      if (this.#socket !== socket) return;
      this.#drop();
      this.#connectLater();
    };
    socket.addEventListener("close", over);
    socket.addEventListener("error", over);
  }

  /** Each further try waits longer, at random, so that the pages of a restarted server do not come all at once. */
  #connectLater(): void {
    if (this.#closed) return;
    const longest = Math.min(this.#options.longestPauseMs ?? 10_000, FIRST_PAUSE_MS * 2 ** Math.min(this.#tries, 10));
    this.#tries++;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), longest * (0.3 + Math.random() * 0.7));
    this.#tell();
  }

  /** Forgets the socket; a dead one may take minutes to close. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#welcomed = undefined;
    this.#confirmed = false;
    this.#owed.clear();
    socket?.close();
  }

  #receive(text: string): void {
    this.#heardAt = Date.now();
    const message = JSON.parse(text) as ServerMessage; // the gateway speaks the subprotocol that was agreed on
    switch (message.op) {
      case "welcome":
        this.#welcomed = { heardAt: this.#heardAt, at: message.at };
        this.#tries = 0;
        this.#beatMs = message.beatMs;
        for (const topic of this.#topics.values()) {
          this.#owed.add(topic.name);
          this.#ask(topic, false);
        }
        break;
      case "beat":
        this.#beat(message);
        break;
      case "pong":
      case "fault":
        break;
      default:
        this.#take(message);
    }
    this.#tell();
  }

  #take(message: Extract<ServerMessage, { topic: string }>): void {
    const topic = this.#topics.get(message.topic);
    if (topic === undefined) return;
    if (isAnswer(message)) this.#owed.delete(topic.name);
    const next = topic.take(message);
    if (next === "ask_again") this.#ask(topic, false);
    if (next !== "ask_later") return;
    const timer = setTimeout(
      () => {
        this.#later.delete(timer);
        if (this.#topics.get(topic.name) === topic) this.#ask(topic, false);
      },
      ASK_LATER_MS * (0.5 + Math.random()),
    );
    this.#later.add(timer);
  }

  #ask(topic: Topic, afresh: boolean): void {
    if (this.#welcomed === undefined) return;
    const have = topic.asking(afresh);
    this.#send({ op: "subscribe", topic: topic.name, ...(have === undefined ? {} : { have }) });
  }

  #send(message: ClientMessage): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** A word from before this connection, or while a topic is still owed, vouches for nothing that is shown. */
  #beat({ at, asOf }: Extract<ServerMessage, { op: "beat" }>): void {
    if (this.#welcomed === undefined || asOf <= this.#welcomed.at || this.#owed.size > 0) return;
    this.#confirmed = true;
    // Both times are the server's: how long ago it was is the same on every clock.
    this.#asOf = Math.max(this.#asOf ?? 0, this.#heardAt - Math.max(0, at - asOf));
  }

  #tick(): void {
    const now = Date.now();
    const silent =
      this.#welcomed !== undefined
        ? now - this.#heardAt > 2 * this.#beatMs + 500
        : this.#socket !== undefined && now - this.#connectingSince > CONNECT_MS;
    if (silent) {
      this.#drop();
      this.#connectLater();
    }
    this.#tell();
  }

  #tell(): void {
    const status = this.status();
    const told = this.#told;
    const same = told?.state === status.state && told.reason === status.reason;
    if (same && status.state === "live" && told?.asOf === status.asOf) return;
    this.#told = status;
    for (const watcher of this.#watchers) watcher(status);
  }
}

/** Whether a message tells the state of a topic that was asked for, or that none will be told. */
const isAnswer = (message: Extract<ServerMessage, { topic: string }>): boolean =>
  message.op === "refused" ? message.reason !== "unavailable" : message.op !== "delta";

function platformWebSocket(): SocketConstructor {
  // Browsers and Node declare it differently; both keep to what `Socket` names.
  const { WebSocket } = globalThis as unknown as { WebSocket?: SocketConstructor };
  if (WebSocket === undefined) throw new Error("this platform has no WebSocket");
  return WebSocket;
}

/** Calls back when a page wakes up: the network is there again, or the page is looked at again. */
function onPageBack(back: () => void): () => void {
  interface Page {
    addEventListener(type: string, listener: () => void): void;
    removeEventListener(type: string, listener: () => void): void;
  }
  const { window, document } = globalThis as unknown as {
    window?: Page;
    document?: Page & { readonly visibilityState: string };
  };
  const visible = () => {
    if (document?.visibilityState === "visible") back();
  };
  window?.addEventListener("online", back);
  document?.addEventListener("visibilitychange", visible);
  return () => {
    window?.removeEventListener("online", back);
    document?.removeEventListener("visibilitychange", visible);
  };
}
