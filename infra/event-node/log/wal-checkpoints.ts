import { Worker } from "node:worker_threads";
import { LIMITS } from "../limits.ts";
import { type EventDatabase, PAGE_SIZE } from "./database.ts";
import type { CheckpointReport } from "./wal-checkpoint-worker.ts";

/**
 * Keeps the write-ahead log small without making appends wait for it. A worker copies it into the database whenever
 * some MiB have been written. SQLite begins the log anew only when all of it is copied, which under a steady load never
 * happens by itself; so when a copy leaves a long log, we copy the little that came meanwhile ourselves, between two
 * commits. Beginning anew also is what keeps commits fast: they overwrite the file and do not grow it.
 */
export class WalCheckpoints {
  readonly #database: EventDatabase;
  readonly #worker: Worker;
  readonly #onFatal: (error: Error) => void;
  #running = false;
  #closing = false;
  #written = 0;

  constructor(database: EventDatabase, onFatal: (error: Error) => void) {
    this.#database = database;
    this.#onFatal = onFatal;
    this.#worker = new Worker(new URL("./wal-checkpoint-worker.ts", import.meta.url), { workerData: database.path });
    this.#worker.unref();
    this.#worker.on("message", (report: CheckpointReport) => this.#finished(report));
    this.#worker.on("error", (error) => onFatal(new Error("the checkpoint worker failed", { cause: error })));
  }

  /** Called after each commit, with how many appends and bytes of events it held. */
  committed(appends: number, bytes: number): void {
    // SQLite does not say how much it wrote: the events, and about two pages of indexes for each append.
    this.#written += bytes + (1 + 2 * appends) * PAGE_SIZE;
    if (this.#running || this.#closing || this.#written < LIMITS.walCopyBytes) return;
    this.#running = true;
    this.#written = 0;
    this.#worker.postMessage("copy");
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#worker.terminate();
  }

  #finished(report: CheckpointReport): void {
    this.#running = false;
    if (this.#closing) return;
    if ("failure" in report) {
      this.#onFatal(new Error(`the write-ahead log cannot be copied: ${report.failure}`));
    } else if (report.pagesInLog * PAGE_SIZE >= LIMITS.walRestartBytes) {
      try {
        this.#database.db.exec("PRAGMA wal_checkpoint(PASSIVE)");
      } catch (error) {
        this.#onFatal(error as Error);
      }
    }
  }
}
