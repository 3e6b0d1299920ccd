import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** A file that is there under its name only when it is complete. */
export class OutputFile {
  readonly #path: string;
  readonly #draft: string;
  readonly #handle: FileHandle;
  #bytes = 0;

  private constructor(path: string, draft: string, handle: FileHandle) {
    this.#path = path;
    this.#draft = draft;
    this.#handle = handle;
  }

  /** Opens a draft beside the file's place. Rejects where the folder is missing or may not be written. */
  static async create(path: string): Promise<OutputFile> {
    const draft = `${path}.draft-${process.pid}`;
    return new OutputFile(path, draft, await open(draft, "w"));
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? Buffer.from(data, "utf8") : data;
    for (let from = 0; from < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, from);
      from += bytesWritten;
    }
    this.#bytes += bytes.length;
  }

  /** Puts the file in its place, on disk; one that was there before is replaced. */
  async finish(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
    await rename(this.#draft, this.#path);
    const folder = await open(dirname(this.#path), "r");
    await folder.sync().finally(() => folder.close());
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#draft, { force: true });
  }
}
