import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

/**
 * Copies the write-ahead log into the database on each message, on a connection of its own: the append path goes on
 * meanwhile. PASSIVE waits for nobody. Answers with an error message, or null.
 */
const db = new DatabaseSync(String(workerData), { timeout: 1_000 });
db.exec("PRAGMA synchronous = FULL");
const checkpoint = db.prepare("PRAGMA wal_checkpoint(PASSIVE)");

parentPort?.on("message", () => {
  try {
    checkpoint.all();
    parentPort?.postMessage(null);
  } catch (error) {
    parentPort?.postMessage(error instanceof Error ? error.message : String(error));
  }
});
