import type { Pool, PoolClient } from "pg";
import { GrowingPause, messageOf } from "../../infra/consumers/waiting.ts";
import type { Log } from "../../infra/log.ts";
import { GENERATIONS_CHANNEL } from "./generation-states.ts";

const LISTEN_AGAIN = { firstMs: 500, lastMs: 10_000 };

/**
 * Calls back at once when some generation was swapped in, for as long as the signal lasts. A hint: one that is missed
 * (the connection was lost) is not repeated, so whoever is told also looks from time to time.
 */
export async function onGenerationChange(
  { pool, log, signal }: { readonly pool: Pool; readonly log: Log; readonly signal: AbortSignal },
  changed: () => void,
): Promise<void> {
  const delay = new GrowingPause(LISTEN_AGAIN);
  while (!signal.aborted) {
    let client: PoolClient | undefined;
    try {
      client = await pool.connect();
      await listen(client, signal, () => {
        delay.reset();
        changed();
      });
    } catch (error) {
      if (!signal.aborted) log.warn({ cause: messageOf(error) }, "swaps are not heard of; they are looked for");
    } finally {
      // Listening is a state of the connection: it does not go back to the pool.
      client?.release(true);
    }
    await delay.wait(signal);
  }
}

/** Resolves with the signal, rejects when the connection is lost. */
async function listen(client: PoolClient, signal: AbortSignal, changed: () => void): Promise<void> {
  const over = Promise.withResolvers<void>();
  over.promise.catch(() => {}); // it may fail before somebody waits for it
  const abort = () => over.resolve();
  client.on("error", over.reject);
  client.on("end", () => over.reject(new Error("the connection has ended")));
  client.on("notification", changed);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    await client.query(`LISTEN ${GENERATIONS_CHANNEL}`);
    // Something may have changed before.
    changed();
    await over.promise;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
