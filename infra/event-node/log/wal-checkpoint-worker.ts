import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

/** What a copy left: the pages that lie in the log, copied or not, or why it failed. */
export type CheckpointReport = { pagesInLog: number } | { failure: string };

/**
 * Copies the write-ahead log into the database on each message, on a connection of its own: the append path goes on
 * meanwhile. PASSIVE waits for nobody.
 */
const db = new DatabaseSync(String(workerData), { timeout: 1_000 });
db.exec("PRAGMA synchronous = FULL");
const checkpoint = db.prepare("PRAGMA wal_checkpoint(PASSIVE)");

function copy(): CheckpointReport {
  try {
    return { pagesInLog: Number(checkpoint.get()?.log) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on("message", () => parentPort?.postMessage(copy()));
