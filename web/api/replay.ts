import { request } from "./request.ts";

// What projections, replay jobs and the questions to them look like over HTTP. Positions are decimal text.

export type JobKind = "rebuild" | "as-of" | "what-if";

export type JobState =
  | "queued"
  | "building"
  | "comparing"
  | "ready"
  | "needs_decision"
  | "swapping"
  | "done"
  | "failed"
  | "cancelled";

export interface JobProgress {
  /** Events read so far, and those among them that the projection handles. */
  readonly events: number;
  readonly handled: number;
  readonly perSecond: number;
  readonly position: string;
  readonly until: string;
  readonly remainingEvents?: number | undefined;
  readonly remainingSeconds?: number | undefined;
  readonly parked: number;
}

export interface DiffSummary {
  readonly position: string;
  readonly equal: boolean;
  /** Part of all rows that differ, 0 to 1. */
  readonly share: number;
  /** Above this share a rebuild waits for a decision. */
  readonly stopShare: number;
  readonly onlyLive: number;
  readonly onlyRebuilt: number;
  readonly changed: number;
}

export interface Job {
  readonly jobId: string;
  readonly kind: JobKind;
  readonly projection: string;
  /** What was asked for; its shape depends on the kind. */
  readonly params?:
    | { readonly position?: string; readonly time?: string; readonly handler?: string; readonly generation?: number }
    | undefined;
  readonly state: JobState;
  /** `role:id` of the principal, `command`, or `system`. */
  readonly requestedBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly generation?: number | undefined;
  readonly schema?: string | undefined;
  readonly progress?: JobProgress | undefined;
  readonly diff?: DiffSummary | undefined;
  readonly message?: string | undefined;
}

export interface TableSize {
  readonly name: string;
  /** Postgres' estimate. */
  readonly rows: number;
  readonly bytes: number;
  /** Columns of the primary key. */
  readonly key?: readonly string[] | undefined;
}

export interface LiveGeneration {
  readonly generation: number;
  readonly version: number;
  readonly epoch: string;
  readonly position: string;
  readonly lagEvents: number;
  readonly lagSeconds: number;
  readonly bytes: number;
  readonly createdAt: string;
}

export interface OtherGeneration {
  readonly generation: number;
  readonly state: "building" | "ready" | "previous";
  readonly version: number;
  readonly position: string;
  readonly bytes: number;
  readonly createdAt: string;
}

export interface ProjectionState {
  readonly name: string;
  readonly version: number;
  /** The code no longer has it: it can only be dropped. */
  readonly removed?: boolean | undefined;
  readonly tables: readonly TableSize[];
  /** Streams that are set aside because an event of theirs could not be handled. */
  readonly parked: number;
  readonly live?: LiveGeneration | undefined;
  readonly others: readonly OtherGeneration[];
  readonly lastRebuild?: Job | undefined;
  readonly lastDiff?: DiffSummary | undefined;
}

export interface ProjectionsView {
  readonly head: { readonly position: string };
  readonly projections: readonly ProjectionState[];
}

export interface Sample {
  readonly kind: "only-live" | "only-rebuilt" | "changed";
  readonly key: Readonly<Record<string, string>>;
  readonly columns: Readonly<Record<string, { readonly live?: string | null; readonly rebuilt?: string | null }>>;
}

export interface TableDiff {
  readonly table: string;
  readonly liveRows: number;
  readonly rebuiltRows: number;
  readonly onlyLive: number;
  readonly onlyRebuilt: number;
  readonly changed: number;
  readonly samples: readonly Sample[];
}

export interface Diff {
  readonly position: string;
  readonly equal: boolean;
  readonly share: number;
  readonly tables: readonly TableDiff[];
}

export interface RowsPage {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Columns of the primary key. */
  readonly key?: readonly string[] | undefined;
  readonly next?: string | undefined;
}

export interface ExplainedEvent {
  readonly position: string;
  readonly stream: string;
  readonly revision: string | number;
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly changes: Readonly<Record<string, { readonly from?: string | null; readonly to?: string | null }>>;
  /** Why the handler could not take it. */
  readonly failure?: string | undefined;
}

export interface Explanation {
  readonly projection: string;
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
  /** The row as it is now; none when it does not exist (any more). */
  readonly row?: Readonly<Record<string, string | null>> | undefined;
  /** Not every event that could have made it was looked at. */
  readonly truncated: boolean;
  /** The events that are listed make exactly the row that is shown. */
  readonly complete?: boolean | undefined;
  readonly events: readonly ExplainedEvent[];
}

/** What a job is asked for. */
export type JobRequest =
  | {
      readonly kind: "rebuild";
      readonly projection: string;
      readonly stopShare?: number;
      /** An earlier generation that is to go live again, in place of a new one. */
      readonly generation?: number;
      /** Swaps it in as soon as it is ready, if not too much differs. */
      readonly thenSwap?: boolean;
    }
  | { readonly kind: "as-of"; readonly projection: string; readonly position?: string; readonly time?: string }
  | { readonly kind: "what-if"; readonly projection: string; readonly handler: string };

const enc = encodeURIComponent;
/** Asked again every two seconds: an answer that takes longer than this is worth less than the next one. */
const WATCHED = { seat: "desk", tries: 1, timeout: 4_000 } as const;
const READ = { seat: "desk", tries: 2, timeout: 15_000 } as const;
const acted = (key: string, body: unknown = {}) =>
  ({ seat: "desk", method: "POST", key, body, tries: 1, timeout: 15_000 }) as const;

export const getProjections = () => request<ProjectionsView>("/api/replay/projections", WATCHED);

export const getJob = (jobId: string) => request<Job>(`/api/replay/jobs/${enc(jobId)}`, WATCHED);

export const getJobs = (asked: { readonly projection?: string; readonly kind?: JobKind; readonly limit: number }) => {
  const query = new URLSearchParams({ limit: String(asked.limit) });
  if (asked.projection !== undefined) query.set("projection", asked.projection);
  if (asked.kind !== undefined) query.set("kind", asked.kind);
  return request<{ jobs: readonly Job[] }>(`/api/replay/jobs?${query}`, WATCHED);
};

/** `key` is that wish's own: asking again with it starts nothing twice. */
export const postJob = (body: JobRequest, key: string) => request<Job>("/api/replay/jobs", acted(key, body));

export const postSwap = (jobId: string, acceptDiff: boolean, key: string) =>
  request<Job>(`/api/replay/jobs/${enc(jobId)}/swap`, acted(key, acceptDiff ? { acceptDiff } : {}));

export const postCancel = (jobId: string, key: string) =>
  request<Job>(`/api/replay/jobs/${enc(jobId)}/cancel`, acted(key));

/** Drops the rows that a question has built. */
export const postDropRows = (jobId: string, key: string) =>
  request<Job>(`/api/replay/jobs/${enc(jobId)}/drop-rows`, acted(key));

export const postDrop = (projection: string, generation: number, key: string) =>
  request<unknown>(`/api/replay/generations/${enc(projection)}/${generation}/drop`, acted(key));

export const getDiff = (jobId: string) => request<Diff>(`/api/replay/jobs/${enc(jobId)}/diff`, READ);

export const getRows = (jobId: string, table: string, cursor: string | undefined, limit: number) => {
  const query = new URLSearchParams({ table, limit: String(limit) });
  if (cursor !== undefined) query.set("cursor", cursor);
  return request<RowsPage>(`/api/replay/jobs/${enc(jobId)}/rows?${query}`, READ);
};

export const getHandlers = () =>
  request<{ handlers: readonly { readonly name: string }[] }>("/api/replay/handlers", READ);

export const getExplanation = (projection: string, table: string, key: Readonly<Record<string, string>>) =>
  request<Explanation>(
    `/api/replay/explain?${new URLSearchParams({ projection, table, key: JSON.stringify(key) })}`,
    READ,
  );
