import { ApiClient } from "../../cli/simulate/api-client.ts";
import { startSystem, type TestSystem, tokenFor } from "../system.ts";
import type { Person } from "./shot.ts";

const GIVE_UP_MS = 45 * 60_000;
const LOOK_MS = 100;
const WAIT_MS = 60_000;

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
  stop(): Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const system = await startSystem();
  const giveUp = AbortSignal.timeout(GIVE_UP_MS);
  const clients = new Map<string, ApiClient>();
  const clientOf = (person: Person): ApiClient => {
    const name = JSON.stringify(person);
    const known = clients.get(name) ?? new ApiClient(system.url, { ...person }, giveUp);
    clients.set(name, known);
    return known;
  };
  const get = async <T>(as: Person, path: string): Promise<T> => {
    const { status, body } = await clientOf(as).get(path);
    if (status >= 300) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body as T; // as the API describes it; whoever asks names the shape
  };
  return {
    url: system.url,
    system,
    get,
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
    stop: () => system.stop(),
  };
}
