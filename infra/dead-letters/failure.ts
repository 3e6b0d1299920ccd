import pg from "pg";
import type { FailureType } from "../../domain/order/events.ts";

/** What a dead letter says of its failure. */
export interface Failure {
  readonly failureType: FailureType;
  readonly failureClass: "transient" | "permanent" | "poison";
  /** Class of the error, with the SQLSTATE of a database's: `TypeError`, `DatabaseError 22P05`. */
  readonly error: string;
  readonly message: string;
  readonly stack: string;
}

const LONGEST_ERROR = 100;
const LONGEST_MESSAGE = 2_000;
const LONGEST_STACK = 8_000;

/** Addresses and phone numbers that a system of the outside world repeats in its answer. */
const EMAIL = /[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const PHONE = /\+\d[\d ()/-]{6,}\d/g;

/** The name of whatever was thrown, as dead letters are filtered by it. */
export function errorName(thrown: unknown): string {
  if (thrown instanceof pg.DatabaseError) return `DatabaseError ${thrown.code ?? ""}`.trim();
  return thrown instanceof Error ? thrown.name : typeof thrown;
}

/** A failure in the shape that is stored: bounded, without NUL, and without what identifies a person. */
export function storableFailure(failure: Failure): Failure {
  return {
    ...failure,
    error: storable(failure.error, LONGEST_ERROR),
    message: storable(failure.message, LONGEST_MESSAGE),
    stack: storable(failure.stack, LONGEST_STACK),
  };
}

/** Text that Postgres takes: a message may quote the NUL or the half character that made the event poisonous. */
const storable = (text: string, longest: number): string =>
  text
    .slice(0, longest)
    .toWellFormed()
    .replaceAll("\0", "\\0")
    .replaceAll(EMAIL, "<email>")
    .replaceAll(PHONE, "<phone>");
