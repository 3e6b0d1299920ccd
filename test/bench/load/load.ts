import { Agent, type IncomingMessage, request } from "node:http";

/** One answered request. */
export interface Answered {
  readonly status: number;
  /** From when it was due until the answer was read, in milliseconds. */
  readonly ms: number;
}

export interface Load {
  /** Sends the n-th request and resolves with its status. */
  send(n: number): Promise<number>;
  readonly seconds: number;
}

/**
 * Sends at a fixed rate, whatever the answers take: a server that falls behind is asked all the same, and its latency is
 * counted from when each request was due. Resolves when all are answered.
 */
export async function atRate(rate: number, { send, seconds }: Load): Promise<Answered[]> {
  const begun = performance.now();
  const total = Math.round(rate * seconds);
  const open: Promise<Answered>[] = [];
  while (open.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - begun) / 1000) * rate));
    while (open.length < due) open.push(timed(send, open.length, begun + (open.length * 1000) / rate));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return await Promise.all(open);
}

/** Sends with so many requests in flight, each followed by the next at once. */
export async function atMost(inFlight: number, { send, seconds }: Load): Promise<Answered[]> {
  const end = performance.now() + seconds * 1000;
  const answered: Answered[] = [];
  let n = 0;
  const lane = async () => {
    while (performance.now() < end) answered.push(await timed(send, n++, performance.now()));
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return answered;
}

async function timed(send: Load["send"], n: number, due: number): Promise<Answered> {
  const status = await send(n);
  return { status, ms: performance.now() - due };
}

/** A client that keeps its connections; answers with the status, 0 when the connection failed. */
export class KeepAliveClient {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #base: URL;

  constructor(base: string) {
    this.#base = new URL(base);
  }

  post(path: string, body: string, headers: Readonly<Record<string, string>>): Promise<number> {
    return new Promise((resolve) => {
      const { hostname, port } = this.#base;
      const asked = request(
        {
          agent: this.#agent,
          hostname,
          port,
          path,
          method: "POST",
          headers: { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        },
        (answer: IncomingMessage) => {
          answer.resume();
          answer.on("end", () => resolve(answer.statusCode ?? 0));
          answer.on("error", () => resolve(0));
        },
      );
      asked.on("error", () => resolve(0));
      asked.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
