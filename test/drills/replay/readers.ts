import type { Pool } from "pg";
import { PROJECTIONS } from "../../../projections/read-models.ts";
import { liveSchemas } from "../../../projections/runner/generations.ts";
import { LiveConnection } from "../../../realtime/client/connection.ts";
import { tokenFor } from "../../system.ts";
import type { ClientRecord } from "../world/client-record.ts";

/** What readers have seen, and everything that went back or failed. */
export class Sightings {
  readonly breaches: string[] = [];
  reads = 0;
  messages = 0;
  readonly #newest = new Map<string, bigint>();
  readonly #epochs = new Set<string>();

  /** Notes a value that may only grow. */
  see(what: string, value: bigint, told = ""): void {
    const before = this.#newest.get(what);
    if (before !== undefined && value < before && this.breaches.length < 50) {
      this.breaches.push(`${what} went back from ${before} to ${value} ${told}`.trimEnd());
    }
    this.#newest.set(what, value);
  }

  epoch(epoch: string): void {
    this.#epochs.add(epoch);
  }

  /** Generations whose topics were heard of. */
  get epochs(): readonly string[] {
    return [...this.#epochs].toSorted();
  }

  get newest(): number {
    return this.#newest.size;
  }
}

interface Reader {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly sightings: Sightings;
}

/** Pages that anybody may poll, whose answers state the position of their read model. */
const PAGES = [
  "/api/orders?limit=5",
  "/api/sites/sweet-crumbs/kitchen",
  "/api/sites/sweet-crumbs/availability",
  "/api/sites?limit=5",
];
const TIMEOUT_MS = 15_000;
const WATCHED_ORDERS = 12;
const PAUSE_MS = 15;

/** Polls pages and orders as support would: every answer is a success, and none shows less than the one before. */
export async function pollPages(
  { url, signal, sightings }: Reader,
  { placed }: Pick<ClientRecord, "placed">,
): Promise<void> {
  const token = await tokenFor(url, "admin", { id: "drill-reader" });
  const headers = { authorization: `Bearer ${token}` };
  while (!signal.aborted) {
    const orders = [...placed.keys()].slice(-WATCHED_ORDERS);
    for (const path of [...PAGES, ...orders.map((id) => `/api/orders/${id}`)]) {
      if (signal.aborted) return;
      const answer = await fetch(url + path, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
        (error: unknown) => String(error),
      );
      sightings.reads++;
      if (typeof answer === "string") {
        sightings.breaches.push(`${path}: ${answer}`);
        continue;
      }
      const text = await answer.text();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      if (!answer.ok) sightings.breaches.push(`${path} answered ${answer.status}: ${text.slice(0, 200)}`);
      else if (path.startsWith("/api/orders/"))
        sightings.see(path, BigInt(answer.headers.get("etag")?.replaceAll('"', "") ?? 0));
      else sightings.see(path, BigInt(answer.headers.get("x-position") ?? 0));
    }
  }
}

/** Asks every read model for its pointer and position as the API does, all the time. */
export async function pollPointers(pool: Pool, { signal, sightings }: Omit<Reader, "url">): Promise<void> {
  const schemas = liveSchemas(pool, PROJECTIONS);
  while (!signal.aborted) {
    for (const { name } of PROJECTIONS) {
      const { generation, place } = await schemas.standing(name);
      sightings.reads++;
      sightings.see(`position of ${name}`, place?.commit ?? 0n, `in ${generation.schema}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** Watches topics with the browser's own client: whatever generation speaks, versions only grow. */
export async function watchTopics({ url, signal, sightings }: Reader, topics: readonly string[]): Promise<void> {
  const token = await tokenFor(url, "admin", { id: "drill-watcher" });
  const live = new LiveConnection({ url: `${url.replace("http", "ws")}/ws`, token: () => token });
  signal.addEventListener("abort", () => live.close(), { once: true });
  for (const topic of topics) {
    const heard = (epoch: string, version: string) => {
      sightings.messages++;
      sightings.epoch(epoch);
      sightings.see(`topic ${topic}`, BigInt(version), `in ${epoch}`);
    };
    live.subscribe(topic, {
      snapshot: (_data, { epoch, version }) => heard(epoch, version),
      delta: (_data, { epoch, version }) => heard(epoch, version),
    });
  }
}
