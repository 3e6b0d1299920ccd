import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.ts";

/** An error of the API (RFC 9457), as `error` of a call holds it; `code` says which one, see /docs/problems. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly instance?: string;
}

/** Shapes of the API that have a name. */
export type Schemas = components["schemas"];

export interface ClientOptions {
  /** Where the API answers, such as `http://127.0.0.1:7300`. */
  readonly url: string;
  /** The token of a call, asked for each one, so that an expiring one can be replaced. */
  readonly token: () => string | Promise<string>;
  /** How long a call may take, in milliseconds. Default 20,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 20_000;
const READS = new Set(["GET", "HEAD"]);

/**
 * A client whose calls are checked against the API's own description: paths, parameters, bodies and answers. A call
 * resolves with `{ data }` or `{ error }` (a Problem); it rejects only when no answer came.
 *
 * Every command gets an Idempotency-Key of its own. To repeat a command safely (after a timeout, after a crash) choose
 * the key yourself and send the same one again: `headers: { "idempotency-key": key }`.
 */
export function createOrdertrailClient({
  url,
  token,
  timeoutMs = DEFAULT_TIMEOUT_MS,
}: ClientOptions): Client<paths, "application/json"> {
  const client = createClient<paths, "application/json">({ baseUrl: url.replace(/\/$/, "") });
  client.use({
    async onRequest({ request }) {
      request.headers.set("authorization", `Bearer ${await token()}`);
      if (!READS.has(request.method) && !request.headers.has("idempotency-key")) {
        request.headers.set("idempotency-key", crypto.randomUUID());
      }
      return new Request(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]) });
    },
  });
  return client;
}
