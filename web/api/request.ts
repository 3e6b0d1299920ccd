import { renewToken, tokenOf } from "../state/auth.ts";
import { notReached, reached } from "../state/reach.ts";
import type { Seat } from "../state/seats.ts";
import { ApiProblem, isPassing, NoAnswer, problemOf } from "./problem.ts";

export interface Asked {
  /** Who asks: the shop's guest or customer, or the kitchen. */
  readonly seat: Seat;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH";
  readonly body?: unknown;
  /** Media type of the answer. Default: JSON. */
  readonly accept?: string;
  /** Idempotency-Key: with it a POST may be repeated. */
  readonly key?: string;
  /** If-Match: the revision that a change is made from. */
  readonly from?: string | undefined;
  /** Position that the answer must have reached. */
  readonly after?: string | undefined;
  /** Milliseconds for each try. */
  readonly timeout?: number;
  /** How often to try in all. */
  readonly tries?: number;
}

export interface Answer<T> {
  readonly data: T;
  readonly status: number;
  readonly position: string | undefined;
  /** Revision or content that is shown, as the ETag says it. */
  readonly revision: string | undefined;
  /** Milliseconds that what the answer shows lies behind; 0 when it is the newest. */
  readonly ageMs: number;
}

const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 5_000;

/**
 * Asks the API: each try within its time, with bounded repeats where a repeat is safe, and with a new token when the
 * old one is not taken. Rejects with ApiProblem when the answer is no, with NoAnswer when there is none.
 */
export const request = <T>(path: string, asked: Asked): Promise<Answer<T>> =>
  repeated(asked, async () => read<T>(await once(path, asked)));

/** The same for an answer that is a file. */
export const requestFile = (path: string, asked: Asked): Promise<Blob> =>
  repeated(asked, async () => {
    const response = await once(path, asked);
    return response.blob().catch(() => {
      throw new NoAnswer("unreachable");
    });
  });

async function repeated<T>(asked: Asked, ask: () => Promise<T>): Promise<T> {
  const repeatable = (asked.method ?? "GET") === "GET" || asked.key !== undefined;
  const tries = repeatable ? (asked.tries ?? 3) : 1;
  let renewed = false;
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401 && !renewed) {
        renewed = true;
        if (await renewToken(asked.seat)) continue;
      }
      if (attempt >= tries || !isPassing(error)) throw error;
      await pause(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 3 ** (attempt - 1)) * (0.75 + Math.random() / 2));
    }
  }
}

async function once(path: string, asked: Asked): Promise<Response> {
  const token = await tokenOf(asked.seat);
  const headers = new Headers({ accept: asked.accept ?? "application/json" });
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  if (asked.body !== undefined) headers.set("content-type", "application/json");
  if (asked.key !== undefined) headers.set("idempotency-key", asked.key);
  if (asked.after !== undefined) headers.set("x-position", asked.after);
  if (asked.from !== undefined) headers.set("if-match", `"${asked.from}"`);
  const response = await answerOf(path, {
    method: asked.method ?? "GET",
    headers,
    cache: "no-store",
    signal: AbortSignal.timeout(asked.timeout ?? 8_000),
    ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
  });
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function read<T>(response: Response): Promise<Answer<T>> {
  const data = await response.json().catch(() => {
    throw new NoAnswer("unreachable");
  });
  return {
    // The server answers with the shapes of projections/views.ts, of the same release.
    data: data as T,
    status: response.status,
    position: response.headers.get("x-position") ?? undefined,
    revision: response.headers.get("etag")?.replace(/^W\/|"/g, "") ?? undefined,
    ageMs: Number(response.headers.get("x-age-ms") ?? 0) || 0,
  };
}

async function answerOf(path: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(path, init);
    // A proxy that cannot reach the server answers with one of these itself.
    if (response.status === 502 || response.status === 504) notReached();
    else reached();
    return response;
  } catch (error) {
    notReached();
    if (error instanceof DOMException && error.name === "TimeoutError") throw new NoAnswer("timeout");
    throw new NoAnswer(navigator.onLine ? "unreachable" : "offline");
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
