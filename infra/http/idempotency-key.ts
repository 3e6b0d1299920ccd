import { randomUUID } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { Problem } from "./problems.ts";

const KEY = /^[\x21-\x7e\u00a0-\uffff]{1,200}$/u;

/** The request's Idempotency-Key. `required` where something is created; else a fresh one stands in. */
export function idempotencyKey(request: FastifyRequest, required: boolean): string {
  const header = request.headers["idempotency-key"];
  if (header === undefined && !required) return randomUUID();
  if (typeof header !== "string" || header === "") {
    throw new Problem(
      "idempotency_key_missing",
      "send an Idempotency-Key header: the same key makes a repeat safe, a new key makes a new request",
    );
  }
  // Header values arrive as latin1: a key in any other script is what its UTF-8 bytes say.
  const key = Buffer.from(header, "latin1").toString("utf8");
  if (!KEY.test(key)) throw new Problem("invalid_request", "an Idempotency-Key has 1 to 200 printable characters");
  return key;
}
