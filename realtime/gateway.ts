import websocket from "@fastify/websocket";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { RawData, WebSocket } from "ws";
import type { Principal } from "../infra/auth/principal.ts";
import { messageOf, pause } from "../infra/consumers/waiting.ts";
import type { Log } from "../infra/log.ts";
import type { Bus } from "./bus.ts";
import { parseClientMessage } from "./gateway/client-message.ts";
import { HeadCheck } from "./gateway/head-check.ts";
import { Hub } from "./gateway/hub.ts";
import { isOwnOrigin } from "./gateway/origin.ts";
import { encode } from "./gateway/outgoing.ts";
import { DEFAULT_LIMITS, Session, type SessionLimits } from "./gateway/session.ts";
import { CLOSE, SUBPROTOCOL } from "./protocol.ts";
import type { TopicSource } from "./topic-source.ts";

export interface GatewayOptions {
  readonly bus: Bus;
  readonly sources: readonly TopicSource[];
  /** Who opens the socket; undefined is answered with 401, an error as the application's error handler decides. */
  authenticate(request: FastifyRequest): Promise<Principal | undefined>;
  /** Origins that may open a socket beside the page's own host, such as `https://shop.example`. */
  readonly allowedOrigins: readonly string[];
  readonly log: Log;
  /** See `HeadCheckOptions.freshness`. */
  readonly freshness?: () => Promise<number | undefined>;
  readonly limits?: Partial<SessionLimits>;
  /** Most sockets of this process. Default 15,000: a process may have 20,000 open files. */
  readonly mostSockets?: number;
  /** Default 2,000 ms. */
  readonly beatMs?: number;
  /** Default 3,000 ms. */
  readonly headCheckMs?: number;
  /** How long a message may be on its way before the head check takes it for lost. Default 500 ms. */
  readonly graceMs?: number;
  /** A socket without a sign of life for two of these is cut. Default 10,000 ms. */
  readonly pingMs?: number;
  /** After this long a client has to come back with a token that is still good. Default one hour. */
  readonly longestSessionMs?: number;
  /** Over how long sockets are sent away at shutdown. Default 2,000 ms. */
  readonly drainMs?: number;
}

export interface GatewayStatus {
  readonly sockets: number;
  readonly topics: number;
  readonly slow: number;
  /** Subscriptions that the head check had to repair. */
  readonly repaired: number;
  readonly asOf: number;
}

export interface Gateway {
  status(): GatewayStatus;
}

const PATH = "/ws";
const LARGEST_MESSAGE = 16 * 1024;
const LOOK_AT_SLOW_MS = 100;
const SOCKETS_AT_ONCE = 500;

/**
 * Adds `/ws` to an application: topics as snapshots and deltas, without gap or repeat. Call it before the application
 * listens; it ends with the application.
 */
export async function registerGateway(app: FastifyInstance, options: GatewayOptions): Promise<Gateway> {
  const gateway = new SocketGateway(options);
  await app.register(websocket, {
    options: {
      maxPayload: LARGEST_MESSAGE,
      perMessageDeflate: false,
      handleProtocols: (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    },
    // The plugin's own ends every socket in one loop, and all clients would be back in the same instant.
    preClose: () => gateway.drain(),
    errorHandler: (error, socket) => {
      options.log.debug({ cause: error.message }, "socket failed");
      socket.terminate();
    },
  });
  const principals = new WeakMap<FastifyRequest, Principal>();
  const route = {
    websocket: true as const,
    config: { public: true as const }, // it has its own way to tell who asks: browsers cannot set headers here
    preValidation: async (request: FastifyRequest, reply: FastifyReply) => {
      const principal = await gateway.admit(request, reply);
      if (principal) principals.set(request, principal);
    },
  };
  app.get(PATH, route, (socket, request) => {
    const principal = principals.get(request);
    if (principal) gateway.open(socket, principal);
    else socket.terminate();
  });
  gateway.start();
  return { status: () => gateway.status() };
}

class SocketGateway {
  readonly #options: GatewayOptions;
  readonly #hub: Hub;
  readonly #limits: SessionLimits;
  readonly #ending = new AbortController();
  readonly #heads: HeadCheck;
  readonly #beatMs: number;
  readonly #timers: NodeJS.Timeout[] = [];
  #leaveBus: (() => void) | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#beatMs = options.beatMs ?? 2_000;
    this.#hub = new Hub(options.sources, options.log);
    this.#heads = new HeadCheck({
      hub: this.#hub,
      log: options.log,
      everyMs: options.headCheckMs ?? 3_000,
      graceMs: options.graceMs ?? 500,
      freshness: options.freshness,
      signal: this.#ending.signal,
    });
  }

  start(): void {
    this.#leaveBus = this.#options.bus.subscribe((message) => this.#hub.fanOut(message));
    void this.#heads.run();
    this.#every(this.#beatMs, () => this.#beat());
    this.#every(this.#options.pingMs ?? 10_000, () => this.#inSlices((session) => this.#keepAlive(session)));
    this.#every(LOOK_AT_SLOW_MS, () => {
      for (const session of this.#hub.sessions) session.lookAgain();
    });
  }

  status(): GatewayStatus {
    return {
      sockets: this.#hub.sessions.size,
      topics: this.#hub.topicCount,
      slow: [...this.#hub.sessions].filter(({ slow }) => slow).length,
      repaired: this.#heads.repaired,
      asOf: this.#heads.asOf,
    };
  }

  /** Decides before the upgrade whether somebody may open a socket; otherwise answers. */
  async admit(request: FastifyRequest, reply: FastifyReply): Promise<Principal | undefined> {
    const { allowedOrigins, mostSockets = 15_000 } = this.#options;
    const refuse = (status: number) => {
      void reply.code(status).send();
      return undefined;
    };
    // A browser sends its user's credentials from any page; only Origin tells which one.
    if (!isOwnOrigin(request.headers.origin, request.host, allowedOrigins)) return refuse(403);
    const offered = request.headers["sec-websocket-protocol"]?.split(",").map((name) => name.trim());
    if (!offered?.includes(SUBPROTOCOL)) return refuse(400);
    if (this.#ending.signal.aborted || this.#hub.sessions.size >= mostSockets) {
      reply.header("retry-after", "5");
      return refuse(503);
    }
    return (await this.#options.authenticate(request)) ?? refuse(401);
  }

  open(socket: WebSocket, principal: Principal): void {
    const session = new Session(socket, principal, this.#limits);
    this.#hub.sessions.add(session);
    socket.on("error", (error) => this.#options.log.debug({ cause: error.message }, "socket failed"));
    socket.on("pong", () => {
      session.heard = true;
    });
    socket.on("message", (raw: RawData, isBinary: boolean) => this.#receive(session, raw, isBinary));
    socket.on("close", () => this.#hub.leave(session));
    session.freshAt = Date.now();
    session.send(encode({ op: "welcome", at: Date.now(), beatMs: this.#beatMs }));
    if (this.#ending.signal.aborted) session.end(1012, "restart");
  }

  /** Sends all sockets away, a few at a time, so that they do not all come back in the same instant. */
  async drain(): Promise<void> {
    const { drainMs = 2_000, log } = this.#options;
    this.#ending.abort();
    for (const timer of this.#timers) clearInterval(timer);
    this.#leaveBus?.();
    const sessions = [...this.#hub.sessions];
    const slices = 20;
    const size = Math.max(50, Math.ceil(sessions.length / slices));
    for (let from = 0; from < sessions.length; from += size) {
      if (from > 0) await pause(drainMs / slices);
      for (const session of sessions.slice(from, from + size)) session.end(1012, "restart");
    }
    const giveUpAt = performance.now() + drainMs;
    while (this.#hub.sessions.size > 0 && performance.now() < giveUpAt) await pause(20);
    if (this.#hub.sessions.size > 0) log.info({ sockets: this.#hub.sessions.size }, "sockets cut at shutdown");
    for (const session of this.#hub.sessions) session.cut();
  }

  #receive(session: Session, raw: RawData, isBinary: boolean): void {
    if (!session.admit()) {
      session.end(CLOSE.tooManyMessages, "too many messages");
      return;
    }
    const message = isBinary ? undefined : parseClientMessage(raw.toString());
    switch (message?.op) {
      case "subscribe":
        this.#hub.subscribe(session, message);
        break;
      case "unsubscribe":
        this.#hub.unsubscribe(session, message.topic);
        break;
      case "ping":
        session.send(encode({ op: "pong", at: Date.now() }));
        break;
      default:
        session.send(encode({ op: "fault", reason: "bad_message" }));
    }
  }

  #beat(): void {
    const at = Date.now();
    const { asOf } = this.#heads;
    const bytes = encode({ op: "beat", at, asOf });
    this.#inSlices((session) => {
      if (session.slow) return;
      if (session.upToDate) {
        session.freshAt = asOf;
        session.send(bytes);
      } else {
        // The connection lives, but who misses something is not told that it is up to date.
        session.send(encode({ op: "beat", at, asOf: session.freshAt }));
      }
    });
  }

  #keepAlive(session: Session): void {
    const longest = this.#options.longestSessionMs ?? 3_600_000;
    if (performance.now() - session.openedAt > longest) session.end(CLOSE.sessionOver, "session over");
    else session.ping();
  }

  /** Something for every socket, without holding up the messages that arrive meanwhile. */
  #inSlices(act: (session: Session) => void): void {
    const sessions = [...this.#hub.sessions];
    const slice = (from: number) => {
      for (const session of sessions.slice(from, from + SOCKETS_AT_ONCE)) act(session);
      if (from + SOCKETS_AT_ONCE < sessions.length) setImmediate(() => slice(from + SOCKETS_AT_ONCE));
    };
    slice(0);
  }

  #every(ms: number, act: () => void): void {
    const guarded = () => {
      try {
        act();
      } catch (error) {
        this.#options.log.error({ cause: messageOf(error) }, "gateway failed at its round");
      }
    };
    this.#timers.push(setInterval(guarded, ms));
  }
}
