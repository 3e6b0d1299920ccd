import { createWriteStream, mkdirSync, openSync, renameSync, statSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { prettyFactory } from "pino-pretty";

/** Where the lines of the children go: a file per child, and this process's own output. */
export interface LogSink {
  line(child: string, text: string): void;
  close(): Promise<void>;
}

export interface LogSinkOptions {
  /** Folder of the files `<child>.log`; one older generation of each is kept as `<child>.log.1`. */
  readonly folder: string;
  readonly output?: Writable | undefined;
  /** Coloured lines for people, instead of one JSON object per line. */
  readonly pretty?: boolean;
  /** Which lines go to `output`; the files get all of them. Default: every line. */
  readonly shown?: ((text: string) => boolean) | undefined;
  /** Size at which a file is set aside. Default 10 MB. */
  readonly maxBytes?: number;
}

/** Waiting output above which lines of a child are dropped: a full disk must not fill the memory as well. */
const MAX_WAITING_BYTES = 4_000_000;

/** How long a file that cannot be written is left alone. */
const REOPEN_AFTER_MS = 1_000;

const COLOURS = [36, 35, 33, 32, 34, 96];

/** Makes a sink. Names are padded to a common width when pretty. */
export function createLogSink(options: LogSinkOptions): LogSink {
  mkdirSync(options.folder, { recursive: true });
  const maxBytes = options.maxBytes ?? 10_000_000;
  const files = new Map<string, ChildFile>();
  const prettify = options.pretty
    ? prettyFactory({ colorize: true, ignore: "pid,hostname,name,role", singleLine: true })
    : undefined;
  const { output } = options;
  // A reader that went away (`| head`) is no reason to end the system.
  const ignore = () => undefined;
  output?.on("error", ignore);
  return {
    line(child, text) {
      let file = files.get(child);
      if (file === undefined) {
        file = new ChildFile(join(options.folder, `${child}.log`), maxBytes);
        files.set(child, file);
      }
      file.write(text);
      if (options.shown?.(text) === false) return;
      if (output === undefined || output.destroyed || output.writableLength > MAX_WAITING_BYTES) return;
      if (prettify === undefined) output.write(`${asJson(child, text)}\n`);
      else output.write(prefixed(child, [...files.keys()].indexOf(child), isObject(text) ? prettify(text) : text));
    },
    async close() {
      await Promise.all([...files.values()].map((file) => file.close()));
      output?.off("error", ignore);
    },
  };
}

/** A log file that is set aside when it is full. What cannot be written (a full disk) is lost, and tried anew later. */
class ChildFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #stream: WriteStream | undefined;
  #bytes = 0;
  #openedAt = Number.NEGATIVE_INFINITY;

  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  write(text: string): void {
    const stream = this.#writable();
    if (stream === undefined || stream.writableLength > MAX_WAITING_BYTES) return;
    stream.write(`${text}\n`);
    this.#bytes += Buffer.byteLength(text) + 1;
    if (this.#bytes >= this.#maxBytes) this.#setAside(stream);
  }

  close(): Promise<void> {
    const stream = this.#stream;
    return new Promise((resolve) => {
      if (stream === undefined || stream.destroyed) resolve();
      else stream.once("close", () => resolve()).end();
    });
  }

  #writable(): WriteStream | undefined {
    if (this.#stream !== undefined && !this.#stream.destroyed) return this.#stream;
    if (performance.now() - this.#openedAt < REOPEN_AFTER_MS) return undefined;
    this.#openedAt = performance.now();
    try {
      this.#bytes = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
      // Opened at once: a file that only exists a moment later could not be set aside when it fills in that moment.
      this.#stream = createWriteStream(this.#path, { fd: openSync(this.#path, "a") });
      this.#stream.on("error", () => undefined);
    } catch {
      this.#stream = undefined;
    }
    return this.#stream;
  }

  #setAside(stream: WriteStream): void {
    // The stream goes on writing what it holds, to the renamed file.
    stream.end();
    this.#stream = undefined;
    this.#openedAt = Number.NEGATIVE_INFINITY;
    try {
      renameSync(this.#path, `${this.#path}.1`);
    } catch {
      // Somebody removed the file: the next one begins anyway.
    }
  }
}

const isObject = (text: string): boolean => text.startsWith("{");

const asJson = (child: string, text: string): string =>
  isObject(text) ? text : JSON.stringify({ level: 30, time: Date.now(), name: "ordertrail", role: child, msg: text });

function prefixed(child: string, index: number, text: string): string {
  const colour = COLOURS[Math.max(0, index) % COLOURS.length];
  const prefix = `\u001b[${colour}m${child.padEnd(10)}\u001b[0m │ `;
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `${prefix}${line}\n`)
    .join("");
}
