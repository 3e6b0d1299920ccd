import { createHash } from "node:crypto";
import type { Exchange } from "../../../cli/simulate/api-client.ts";
import { canonicalJson } from "../../../domain/chain/canonical-json.ts";

/**
 * What a client made of a call. `done`: answered with success. `refused`: answered with 4xx, which leaves no trace.
 * `unknown`: cut off, timed out or answered with 5xx; it may have been carried out, or may still be.
 */
export type Outcome = "done" | "refused" | "unknown";

/** One HTTP call about one order, as its client saw it. A line of the history. */
export interface Call {
  /** Who called, `role:id`: keys belong to their caller. */
  readonly client: string;
  /** Unknown for a placing that nobody has answered yet. */
  readonly order?: string | undefined;
  /** `place`, `read`, or the path behind the order's own, such as `cancel` and `delivery/pick-up`. */
  readonly what: string;
  readonly key?: string | undefined;
  /** Tells one body from another without holding it. */
  readonly body?: string | undefined;
  /** Position that a read asked for. */
  readonly after?: string | undefined;
  /** When it was sent, and when its answer was there: milliseconds on this process's monotonic clock. */
  readonly from: number;
  readonly to: number;
  readonly outcome: Outcome;
  /** HTTP status; 0 when nobody answered. */
  readonly status: number;
  /** Code of the problem that a refusal names. */
  readonly code?: string | undefined;
  /** Revision and position of the command's own last event; absent for reads. */
  readonly revision?: string | undefined;
  readonly position?: string | undefined;
  /** The order's revision when it was answered (ETag), up to where the answer says that it shows everything, its status. */
  readonly now?: { readonly revision: string; readonly position: string; readonly state: string } | undefined;
  /** The answer itself says that it does not show what was asked for. */
  readonly stale?: boolean | undefined;
}

const ORDER_PATH = /^\/api\/(?:phone-)?orders(?:\/([0-9a-f-]{36})(?:\/([^?]+))?)?(?:\?.*)?$/;

/** The line for an exchange; undefined when it is not about one order. */
export function callOf(exchange: Exchange): Call | undefined {
  const { client, method, path, key, body, after, from, to, answer } = exchange;
  const match = ORDER_PATH.exec(path);
  if (!match) return undefined;
  const [, id, action] = match;
  const reads = method === "GET";
  if (reads && (id === undefined || action !== undefined)) return undefined;
  const what = reads ? "read" : (action ?? "place");
  const outcome = outcomeOf(answer?.status ?? 0);
  const answered = outcome === "done" ? answer : undefined;
  const etag = /^(?:W\/)?"(\d+)"$/.exec(answered?.headers.get("etag") ?? "")?.[1];
  return {
    client,
    order: id ?? (answered ? text(answered.body?.id) : undefined),
    what,
    key,
    body: body === undefined ? undefined : shortHash(body),
    after,
    from,
    to,
    outcome,
    status: answer?.status ?? 0,
    code: outcome === "refused" ? text(answer?.body?.code) : undefined,
    revision: reads ? undefined : text(answered?.body?.revision),
    position: reads ? undefined : text(answered?.body?.position),
    now:
      answered && etag !== undefined
        ? { revision: etag, position: answered.headers.get("x-position") ?? "0", state: String(answered.body?.status) }
        : undefined,
    stale: answered?.headers.get("x-stale") === "true" ? true : undefined,
  };
}

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return "done";
  return status >= 400 && status < 500 ? "refused" : "unknown";
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const shortHash = (body: unknown): string =>
  createHash("sha256").update(canonicalJson(body)).digest("base64url").slice(0, 16);
