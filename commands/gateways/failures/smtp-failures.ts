import type { GatewayFailure } from "../answer.ts";

/** What nodemailer puts on its errors. */
interface MailError extends Error {
  readonly code?: unknown;
  /** The server's reply, where it is one that the error is about. */
  readonly responseCode?: unknown;
  /** The SMTP command that was under way; CONN before the first. */
  readonly command?: unknown;
}

/** Faults of the message itself, found before the server was asked. */
const OF_THE_MESSAGE = new Set(["EENVELOPE", "EMESSAGE", "EFILEACCESS", "EURLACCESS", "EMAXRECIPIENTS"]);

/** The connection, the login, the way the installation is set up: all of it may pass. */
const PASSING = new Set([
  "ECONNECTION",
  "ETIMEDOUT",
  "ESOCKET",
  "EDNS",
  "ETLS",
  "EREQUIRETLS",
  "EPROTOCOL",
  "EABORT",
  "EAUTH",
  "ENOAUTH",
  "EOAUTH2",
  "EMAXLIMIT",
  "ECONFIG",
  "EPROXY",
]);

/** Replies of the 500s that are about the login and not about the message: an order's mail must not fail for them. */
const LOGIN_REPLIES = new Set([530, 534, 535, 538]);

/**
 * The failure that an error of nodemailer means; undefined for an error that is not nodemailer's. A mail whose
 * connection broke after the message was sent may have been accepted.
 */
export function smtpFailure(error: unknown): GatewayFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, responseCode, command } = error as MailError; // looked at as unknown below
  const reply = typeof responseCode === "number" ? responseCode : undefined;
  const name = typeof code === "string" ? code : undefined;
  if (reply === undefined && (name === undefined || !(PASSING.has(name) || OF_THE_MESSAGE.has(name)))) return undefined;
  const message = [name, reply, typeof command === "string" ? `at ${command}` : undefined].filter(Boolean).join(" ");
  const later: GatewayFailure = { class: "transient", type: "service_unavailable", message };
  if (reply !== undefined) {
    if (reply < 500 || LOGIN_REPLIES.has(reply) || name === "EAUTH") return later;
    return { class: "permanent", type: "invalid_message", message };
  }
  // "ETIMEDOUT" alone is also the operating system's word: nodemailer says at which command.
  if (name === "ETIMEDOUT" && typeof command !== "string") return undefined;
  return OF_THE_MESSAGE.has(name ?? "") ? { class: "permanent", type: "invalid_message", message } : later;
}
