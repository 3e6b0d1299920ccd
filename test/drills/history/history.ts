import { closeSync, createReadStream, fstatSync, openSync, statSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Exchange } from "../../../cli/simulate/api-client.ts";
import { type Call, callOf } from "./call.ts";

const KEPT_CHARS = 64 * 1024;

/**
 * Everything that the people of a drill asked and were answered about orders: a file with a line for each call. In
 * memory there is never more than the last few hundred lines.
 */
export class History {
  readonly path: string;
  /** Commit position where the log ended when it began: what was written up to there, others have asked for. */
  begunAt = -1n;
  readonly #file: number;
  #lines: string[] = [];
  #chars = 0;
  #calls = 0;
  #closed = false;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, "a", 0o600);
  }

  /** Calls written down so far. */
  get calls(): number {
    return this.#calls;
  }

  /** For clients: writes an exchange down, if it is about an order. */
  readonly hear = (exchange: Exchange): void => {
    const call = callOf(exchange);
    if (call) this.add(call);
  };

  add(call: Call): void {
    if (this.#closed) return;
    const line = `${JSON.stringify(call)}\n`;
    this.#lines.push(line);
    this.#chars += line.length;
    this.#calls++;
    if (this.#chars >= KEPT_CHARS) this.flush();
  }

  /** Up to where the file holds the calls that are over now, in bytes: what is asked of a log read after this. */
  mark(): number {
    this.flush();
    return this.#closed ? statSync(this.path).size : fstatSync(this.#file).size;
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    const bytes = Buffer.from(this.#lines.join(""));
    // A disk that is nearly full takes a part: a line that is cut in the middle would spoil the history.
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written);
    this.#lines = [];
    this.#chars = 0;
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    closeSync(this.#file);
  }
}

const BYTES_AT_ONCE = 64 * 1024 * 1024;

/**
 * The calls of a history file, grouped: by order, and those whose order nobody was told by an empty name. A large file
 * is read several times, a share of the orders each time. A last line without its end is left out.
 */
export async function* readByOrder(path: string, upTo: number): AsyncGenerator<ReadonlyMap<string, readonly Call[]>> {
  const passes = Math.ceil(upTo / BYTES_AT_ONCE);
  for (let pass = 0; pass < passes; pass++) {
    const orders = await ordersByPlacing(path, upTo);
    const groups = new Map<string, Call[]>();
    for await (const call of linesOf(path, upTo)) {
      const order = call.order ?? orders.get(placingOf(call)) ?? "";
      if (shareOf(order, passes) !== pass) continue;
      const group = groups.get(order);
      if (group) group.push(call);
      else groups.set(order, [call]);
    }
    yield groups;
  }
}

/** A placing that nobody answered belongs to the order that the same caller's key has led to at another try. */
async function ordersByPlacing(path: string, upTo: number): Promise<Map<string, string>> {
  const orders = new Map<string, string>();
  for await (const call of linesOf(path, upTo)) {
    if (call.what === "place" && call.order !== undefined) orders.set(placingOf(call), call.order);
  }
  return orders;
}

const placingOf = ({ client, key }: Call): string => `${client} ${key}`;

function shareOf(order: string, shares: number): number {
  let sum = 0;
  for (const char of order) sum = (sum * 31 + char.charCodeAt(0)) % 1_000_003;
  return sum % shares;
}

async function* linesOf(path: string, upTo: number): AsyncGenerator<Call> {
  const lines = createInterface({
    input: createReadStream(path, { end: upTo - 1 }),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) {
    if (line.startsWith("{") && line.endsWith("}")) yield JSON.parse(line) as Call; // a line that History has written
  }
}
