import type { FailureType } from "../../domain/order/events.ts";
import { type Answer, answered, failed, type GatewayFailure } from "./answer.ts";
import { nameOfFailure } from "./failures/network-failures.ts";

export interface JsonPost extends JsonCall {
  /** The body's exact text: a signature may cover it. */
  readonly body: string;
}

interface JsonCall {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** What it means when the other side says that it is gone for good (410). */
  readonly gone: FailureType;
}

/** Most of an answer that is read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Statuses below 500 that say: later. */
const LATER = new Set([401, 403, 408, 409, 423, 425, 429]);

const unavailable = (message: string): GatewayFailure => ({ class: "transient", type: "service_unavailable", message });

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * Posts JSON and reads the JSON that is answered. The time limit spans the whole call. A refused signature or login
 * counts as transient: an order must not fail because an installation is set up wrongly.
 */
export const postJson = (post: JsonPost): Promise<Answer<unknown>> => call(post, post.body);

/** Asks for JSON by GET; otherwise as `postJson`. */
export const getJson = (get: JsonCall): Promise<Answer<unknown>> => call(get, undefined);

async function call({ url, headers, timeoutMs, gone }: JsonCall, body: string | undefined): Promise<Answer<unknown>> {
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, {
      ...(body === undefined ? { headers } : post(body, headers)),
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = response.status;
    text = await readBounded(response);
  } catch (error) {
    return failed(unavailable(`no answer from ${url.host}: ${nameOfFailure(error)}`));
  }
  if (status >= 500 || LATER.has(status)) return failed(unavailable(`${url.host} answers ${status}`));
  if (status >= 400) {
    const type = status === 410 ? gone : "invalid_message";
    return failed({ class: "permanent", type, message: `${url.host} answers ${status}` });
  }
  try {
    return answered(JSON.parse(text));
  } catch {
    return failed(unreadable(url));
  }
}

const post = (body: string, headers: JsonCall["headers"]) => ({
  method: "POST",
  body,
  headers: { "content-type": "application/json", ...headers },
});

/** The other side has taken it, and answered something else than agreed: it is asked again, and knows the repeat. */
export const unreadable = (url: URL): GatewayFailure => ({
  class: "transient",
  type: "unknown",
  message: `${url.host} answers something that is not the agreed acknowledgement`,
});

/** An endpoint below a configured base address, whether or not that ends in a slash. */
export const endpoint = (base: string, path: string): URL => new URL(path, base.endsWith("/") ? base : `${base}/`);
