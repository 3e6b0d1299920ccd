import {
  closeSync,
  createReadStream,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/** What became of a request. */
export type Fate =
  /** It was done and answered. */
  | "answered"
  /** It was done, and on purpose nobody was told. */
  | "lost"
  /** The simulator was down: nothing was done. */
  | "refused";

/** One request as the log keeps it: what was asked, what was answered, and what it changed. */
export interface Line<Change> {
  /** Counts from 1 without gaps. */
  readonly n: number;
  /** Real time, RFC 3339: the outside world has a clock of its own. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly request?: unknown;
  readonly status: number;
  readonly answer?: unknown;
  readonly fate: Fate;
  readonly changes: readonly Change[];
}

/** Every how many lines the place in the file is remembered, so that reading from the middle needs no full scan. */
const INDEX_EVERY = 256;
const READ_CHUNK = 64 * 1024;
const LINE_BREAK = 0x0a;

/**
 * The request log of a simulator, and the only thing its state is made of: a file of JSON lines.
 *
 * A line is written with O_APPEND before its request is answered, so a process that is killed loses no line that
 * somebody was answered for. It is not synced: what it has to survive is a kill, not a power cut.
 */
export class Journal<Change> {
  readonly #fd: number;
  readonly #offsets: number[];
  #size: number;
  #lines: number;

  private constructor(fd: number, offsets: number[], size: number, lines: number) {
    this.#fd = fd;
    this.#offsets = offsets;
    this.#size = size;
    this.#lines = lines;
  }

  /** Opens or creates the file and hands every line of it to `replay`. A line that was cut off is removed. */
  static async open<Change>(path: string, replay: (line: Line<Change>) => void): Promise<Journal<Change>> {
    mkdirSync(dirname(path), { recursive: true });
    const fd = openSync(path, "a+", 0o600);
    const offsets: number[] = [];
    let size = 0;
    let lines = 0;
    for await (const text of completeLines(path)) {
      if (lines % INDEX_EVERY === 0) offsets.push(size);
      replay(JSON.parse(text.toString("utf8")) as Line<Change>); // written by `append` alone
      size += text.length + 1;
      lines += 1;
    }
    // The process was killed in the middle of a write: nobody was answered for that line.
    if (statSync(path).size > size) ftruncateSync(fd, size);
    return new Journal(fd, offsets, size, lines);
  }

  /** Number of lines, which is also the number of the last one. */
  get length(): number {
    return this.#lines;
  }

  /** Writes a line; it has its number and is in the file when this returns. */
  append(line: Omit<Line<Change>, "n">): Line<Change> {
    const numbered = { n: this.#lines + 1, ...line };
    const bytes = Buffer.from(`${JSON.stringify(numbered)}\n`);
    const written = writeSync(this.#fd, bytes);
    if (written !== bytes.length) {
      ftruncateSync(this.#fd, this.#size);
      throw new Error("the request log could not be written in full: is the disk full?");
    }
    if (this.#lines % INDEX_EVERY === 0) this.#offsets.push(this.#size);
    this.#size += bytes.length;
    this.#lines += 1;
    return numbered;
  }

  /** At most `limit` lines after the `since`-th, in order. */
  read(since: number, limit: number): Line<Change>[] {
    const start = this.#offsets[Math.floor(since / INDEX_EVERY)];
    if (start === undefined || since >= this.#lines) return [];
    const found: Line<Change>[] = [];
    let skip = since % INDEX_EVERY;
    let rest = Buffer.alloc(0);
    for (let offset = start; offset < this.#size && found.length < limit; ) {
      const chunk = Buffer.alloc(Math.min(READ_CHUNK, this.#size - offset));
      offset += readSync(this.#fd, chunk, 0, chunk.length, offset);
      rest = Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf(LINE_BREAK); end >= 0 && found.length < limit; end = rest.indexOf(LINE_BREAK)) {
        if (skip === 0) found.push(JSON.parse(rest.subarray(0, end).toString("utf8")) as Line<Change>);
        else skip -= 1;
        rest = rest.subarray(end + 1);
      }
    }
    return found;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

async function* completeLines(path: string): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, chunk as Buffer]); // no encoding is set: chunks are buffers
    for (let end = rest.indexOf(LINE_BREAK); end >= 0; end = rest.indexOf(LINE_BREAK)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
  }
}
