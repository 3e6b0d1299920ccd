import { NETWORK_CODES } from "../../../infra/network-codes.ts";
import type { GatewayFailure } from "../answer.ts";

/** Beginnings of the codes of undici, its HTTP parser, and TLS. */
const FAMILIES = ["UND_ERR_", "HPE_", "ERR_SSL_", "ERR_TLS_"];

/** undici's parser gives its errors no code where the answer does not even begin like HTTP. */
const PARSER = "HTTPParserError";

/** Certificates that are not trusted, as OpenSSL names it. An installation that is set up wrongly must fail no order. */
const CERTIFICATES = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

const TIMEOUTS = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "TimeoutError",
]);

/** A short name of what went wrong: fetch wraps the connection's error, and several tries at once in one. */
export function nameOfFailure(error: unknown): string {
  if (error instanceof AggregateError && codeOf(error) === undefined) return nameOfFailure(error.errors[0]);
  if (!(error instanceof Error)) return "unknown";
  const { cause } = error;
  return codeOf(error) ?? (cause instanceof Error ? nameOfFailure(cause) : error.name);
}

/**
 * The failure that an error of fetch or of a socket means; undefined for any other. A call may have been carried out
 * whose answer was lost on the way.
 */
export function networkFailure(error: unknown): GatewayFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const name = nameOfFailure(error);
  const known =
    NETWORK_CODES.has(name) ||
    CERTIFICATES.has(name) ||
    name === PARSER ||
    FAMILIES.some((family) => name.startsWith(family)) ||
    // An AbortSignal's own: a limit of ours ran out, or nobody waits any more.
    (error instanceof DOMException && (name === "TimeoutError" || name === "AbortError"));
  return known ? { class: "transient", type: "service_unavailable", message: name } : undefined;
}

/** Whether a network failure is a time limit that ran out. */
export const isTimeout = (error: unknown): boolean => TIMEOUTS.has(nameOfFailure(error));

function codeOf(error: Error): string | undefined {
  // A DOMException's code is a number of old; its name is what tells.
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
