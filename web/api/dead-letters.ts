import { request } from "./request.ts";

// What dead letters look like over HTTP. Times are RFC 3339.

export type LetterState = "parked" | "redriven" | "discarded";

export interface Letter {
  readonly id: string;
  readonly kind: "event" | "effect";
  readonly consumer: string;
  readonly stream: string;
  readonly orderId?: string;
  readonly eventId?: string;
  readonly effectId?: string;
  readonly type: string;
  readonly failureType: string;
  readonly failureClass: "transient" | "permanent" | "poison";
  readonly error: string;
  readonly message: string;
  readonly attempts: number;
  readonly firstFailedAt: string;
  readonly lastFailedAt: string;
  readonly state: LetterState;
  /** Later events of the stream that wait behind it. */
  readonly heldBack: number;
  readonly resolved?: { readonly at: string; readonly by: string; readonly rule?: string; readonly reason?: string };
}

export interface WholeLetter extends Letter {
  readonly payload: unknown;
  readonly stack: string;
  readonly version: string;
  /** What is missing once it is discarded. */
  readonly discarding: string;
}

export interface LetterCount {
  readonly consumer: string;
  readonly failureType: string;
  readonly failureClass: string;
  readonly error: string;
  readonly letters: number;
  readonly since: string;
}

export interface LetterList {
  readonly letters: readonly Letter[];
  readonly total: number;
  readonly counts: readonly LetterCount[];
  readonly next?: string;
}

/** Which letters are meant. */
export interface LetterFilter {
  readonly ids?: readonly string[];
  readonly consumer?: string;
  readonly error?: string;
  readonly orderId?: string;
}

export interface RedriveJob {
  readonly id: string;
  readonly action: "preview" | "redrive" | "discard";
  readonly by: string;
  readonly rule?: string;
  readonly perSecond: number;
  readonly state: "running" | "aborted" | "done";
  readonly createdAt: string;
  readonly total: number;
  readonly waiting: number;
  readonly released: number;
  readonly done: number;
  readonly failed: number;
  readonly gone: number;
  readonly aborted: number;
}

export interface RedriveResult {
  readonly letterId: string;
  readonly state: string;
  readonly result?: {
    readonly outcome: "redriven" | "discarded" | "fails" | "not_owed";
    readonly failure?: { readonly error: string; readonly message: string };
    readonly followed?: number;
    readonly parkedNext?: { readonly type: string; readonly error: string; readonly message: string };
    readonly rows?: Readonly<Record<string, number>>;
    readonly asks?: string;
  };
}

export interface JobWithResults {
  readonly job: RedriveJob;
  readonly results: readonly RedriveResult[];
}

const enc = encodeURIComponent;
const WATCHED = { seat: "desk", tries: 1, timeout: 4_000 } as const;
/** A look waits for the workers, up to eight seconds. */
const acted = (key: string, body: unknown = {}) =>
  ({ seat: "desk", method: "POST", key, body, tries: 1, timeout: 15_000 }) as const;

export const getLetters = (filter: LetterFilter, state: LetterState | "all", limit: number) => {
  const query = new URLSearchParams({ state, limit: String(limit) });
  for (const name of ["consumer", "error", "orderId"] as const) {
    const value = filter[name];
    if (value !== undefined) query.set(name, value);
  }
  return request<LetterList>(`/api/dead-letters?${query}`, WATCHED);
};

export const getLetter = (id: string) => request<WholeLetter>(`/api/dead-letters/${enc(id)}`, WATCHED);

export const getRedrives = () => request<{ jobs: readonly RedriveJob[] }>("/api/dead-letters/jobs", WATCHED);

export const getRules = () =>
  request<{ rules: readonly { readonly name: string; readonly says: string; readonly waiting: number }[] }>(
    "/api/dead-letters/rules",
    WATCHED,
  );

export const postPreview = (ids: readonly string[], key: string) =>
  request<JobWithResults>("/api/dead-letters/preview", acted(key, { ids }));

export const postRedrive = (
  body: { readonly filter: LetterFilter; readonly perSecond: number; readonly reason?: string },
  key: string,
) => request<RedriveJob>("/api/dead-letters/redrive", acted(key, body));

export const postDiscard = (body: { readonly filter: LetterFilter; readonly reason: string }, key: string) =>
  request<RedriveJob>("/api/dead-letters/discard", acted(key, body));

export const postAbort = (jobId: string, key: string) =>
  request<RedriveJob>(`/api/dead-letters/jobs/${enc(jobId)}/abort`, acted(key));
