import { Worker } from "node:worker_threads";
import type { EventDatabase } from "./database.ts";
import { LIMITS } from "./limits.ts";

/**
 * Keeps the write-ahead log small without making appends wait for it. A worker copies it into the database whenever it
 * has grown by some MiB. SQLite begins the log anew only when all of it was copied, which under a steady load never
 * happens by itself; so behind a copy that leaves a log beyond the bound we copy the little that came meanwhile
 * ourselves, between two commits.
 */
export class WalCheckpoints {
  readonly #database: EventDatabase;
  readonly #worker: Worker;
  readonly #onFatal: (error: Error) => void;
  #running = false;
  #closing = false;
  #copiedAt = 0;

  constructor(database: EventDatabase, onFatal: (error: Error) => void) {
    this.#database = database;
    this.#onFatal = onFatal;
    this.#worker = new Worker(new URL("./wal-checkpoint-worker.ts", import.meta.url), { workerData: database.path });
    this.#worker.unref();
    this.#worker.on("message", (failure: string | null) => this.#finished(failure));
    this.#worker.on("error", (error) => onFatal(new Error("the checkpoint worker failed", { cause: error })));
  }

  /** Called after each commit. */
  committed(): void {
    if (this.#running || this.#closing) return;
    const size = this.#database.walSize();
    if (size < this.#copiedAt) this.#copiedAt = 0;
    if (size - this.#copiedAt < LIMITS.walCheckpointBytes) return;
    this.#running = true;
    this.#copiedAt = size;
    this.#worker.postMessage("checkpoint");
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#worker.terminate();
  }

  #finished(failure: string | null): void {
    this.#running = false;
    if (this.#closing) return;
    if (failure !== null) {
      this.#onFatal(new Error(`the write-ahead log cannot be copied: ${failure}`));
      return;
    }
    if (this.#database.walSize() < LIMITS.walHardBytes) return;
    try {
      // TRUNCATE also gives the file's space back; nothing reads at this moment, reads are on this thread too.
      this.#database.db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      this.#copiedAt = 0;
    } catch (error) {
      this.#onFatal(error as Error);
    }
  }
}
