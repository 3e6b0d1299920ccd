import { once } from "node:events";
import { WebSocket } from "ws";
import { BEARER_PREFIX, type ServerMessage, SUBPROTOCOL } from "../../../realtime/protocol.ts";

/** A session may subscribe to so many. */
const TOPICS_OF_A_SOCKET = 100;

interface Arrival {
  readonly version: bigint;
  readonly at: number;
}

/** Subscribers on real WebSockets, who note when each version of their topics arrived. */
export class LiveWatch {
  readonly #url: string;
  readonly #token: string;
  readonly #sockets: WebSocket[] = [];
  readonly #arrivals = new Map<string, Arrival[]>();
  readonly refused: string[] = [];
  #room = 0;
  #opening: Promise<WebSocket> | undefined;

  constructor(apiUrl: string, token: string) {
    this.#url = `${apiUrl.replace(/^http/, "ws")}/ws`;
    this.#token = token;
  }

  get topics(): number {
    return this.#arrivals.size;
  }

  get sockets(): number {
    return this.#sockets.length;
  }

  /** Subscribes on a socket with room, or on a new one. */
  async subscribe(topic: string): Promise<void> {
    this.#arrivals.set(topic, []);
    if (this.#room === 0) {
      this.#opening = this.#open();
      this.#room = TOPICS_OF_A_SOCKET;
    }
    this.#room--;
    (await this.#opening)?.send(JSON.stringify({ op: "subscribe", topic }));
  }

  /** When this version of a topic, or one that includes it, was first shown; undefined if it was not. */
  shownAt(topic: string, version: bigint): number | undefined {
    return this.#arrivals.get(topic)?.find((arrival) => arrival.version >= version)?.at;
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  async #open(): Promise<WebSocket> {
    const socket = new WebSocket(this.#url, [SUBPROTOCOL, BEARER_PREFIX + this.#token]);
    this.#sockets.push(socket);
    socket.on("message", (bytes) => this.#note(JSON.parse(bytes.toString()) as ServerMessage));
    socket.on("error", (error) => process.stderr.write(`a socket failed: ${error.message}\n`));
    await once(socket, "open");
    return socket;
  }

  #note(message: ServerMessage): void {
    if (message.op === "delta" || message.op === "snapshot") {
      this.#arrivals.get(message.topic)?.push({ version: BigInt(message.version), at: performance.now() });
    } else if (message.op === "refused") this.refused.push(`${message.topic}: ${message.reason}`);
  }
}
