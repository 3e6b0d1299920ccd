import { Pool } from "pg";
import { ApiClient } from "../../cli/simulate/api-client.ts";
import { VirtualTime } from "../drills/virtual-time.ts";
import { startSystem, type TestSystem, tokenFor } from "../system.ts";
import type { Person } from "./shot.ts";

const GIVE_UP_MS = 45 * 60_000;
const LOOK_MS = 100;
const WAIT_MS = 60_000;
/** How long what has become due is given to be done after the time has moved. */
const SETTLE_MS = 8_000;

/** The system that is drawn, and a way into its API for the people who fill it. */
export interface Stage {
  readonly url: string;
  readonly system: TestSystem;
  /** What the API answers; throws where it refuses. */
  get<T>(as: Person, path: string): Promise<T>;
  /** The same key makes the same: ids are made of person and key, so that pictures of two runs show the same. */
  post<T>(as: Person, path: string, body: unknown, key: string): Promise<T>;
  /** Waits until the API's answer is as wanted. */
  until<T>(as: Person, path: string, isSo: (answer: T) => boolean): Promise<T>;
  token(as: Person): Promise<string>;
  /** Lets business time pass at once: tickets grow old, orders late. The pages are shown what time it is then. */
  pass(ms: number): Promise<void>;
  /** By how much business time is ahead of real time, in milliseconds. */
  readonly aheadMs: () => number;
  /** Runs a statement in the system's database. */
  sql(text: string, values?: readonly unknown[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const system = await startSystem({ virtualTime: true });
  const { clockFile = "", addresses } = system;
  const databaseUrl = addresses.DATABASE_URL ?? "";
  const time = new VirtualTime({ clockFile, databaseUrl });
  const pool = new Pool({ connectionString: databaseUrl, application_name: "screens", max: 1, query_timeout: 10_000 });
  pool.on("error", () => undefined); // the next statement connects anew
  const giveUp = AbortSignal.timeout(GIVE_UP_MS);
  const clients = new Map<string, ApiClient>();
  const clientOf = (person: Person): ApiClient => {
    const name = JSON.stringify(person);
    const known = clients.get(name) ?? new ApiClient(system.url, { ...person }, giveUp);
    clients.set(name, known);
    return known;
  };
  return {
    url: system.url,
    system,
    async get(as, path) {
      const answer = await clientOf(as).get(path);
      if (answer.status >= 300) throw new Error(`GET ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body as never; // as the API describes it; whoever asks names the shape
    },
    async post(as, path, body, key) {
      const answer = await clientOf(as).post(path, body, key);
      if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body as never; // as the API describes it; whoever asks names the shape
    },
    async until<T>(as: Person, path: string, isSo: (answer: T) => boolean): Promise<T> {
      const before = performance.now() + WAIT_MS;
      for (;;) {
        const { status, body } = await clientOf(as).get(path);
        const answer = body as T; // as the API describes it; whoever asks names the shape
        if (status < 300 && isSo(answer)) return answer;
        if (performance.now() > before) throw new Error(`GET ${path}: not as wanted: ${JSON.stringify(body)}`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
    token: ({ role, ...more }) =>
      tokenFor(system.url, role, { id: more.id, ...(more.sites ? { sites: [...more.sites] } : {}) }),
    async pass(ms) {
      await time.advance(ms);
      await time.settle(SETTLE_MS);
    },
    aheadMs: () => time.aheadMs,
    async sql(text, values = []) {
      await pool.query(text, [...values]);
    },
    async stop() {
      await Promise.all([time.close(), pool.end()]);
      await system.stop();
    },
  };
}
