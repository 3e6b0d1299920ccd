import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from "node:fs";
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
  /** Size at which a file is set aside. Default 10 MB. */
  readonly maxBytes?: number;
}

/** Waiting output above which lines of a child are dropped: a full disk must not fill the memory as well. */
const MAX_WAITING_BYTES = 4_000_000;

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

class ChildFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #stream: WriteStream;
  #bytes: number;

  constructor(path: string, maxBytes: number) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#bytes = sizeOf(path);
    this.#stream = open(path);
  }

  write(text: string): void {
    if (this.#stream.destroyed || this.#stream.writableLength > MAX_WAITING_BYTES) return;
    this.#stream.write(`${text}\n`);
    this.#bytes += Buffer.byteLength(text) + 1;
    if (this.#bytes >= this.#maxBytes) this.#rotate();
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stream.destroyed) resolve();
      else this.#stream.once("close", () => resolve()).end();
    });
  }

  #rotate(): void {
    // The old stream goes on writing what it holds to the renamed file.
    this.#stream.end();
    try {
      renameSync(this.#path, `${this.#path}.1`);
    } catch {
      // Somebody removed the file: the next one begins anyway.
    }
    this.#stream = open(this.#path);
    this.#bytes = 0;
  }
}

function open(path: string): WriteStream {
  const stream = createWriteStream(path, { flags: "a" });
  // A log that cannot be written (disk full) is lost; what it reports on goes on.
  stream.on("error", () => undefined);
  return stream;
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

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
