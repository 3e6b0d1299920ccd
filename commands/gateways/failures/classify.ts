import { ErrorType, isCommandError } from "@eventstore/db-client";
import pg from "pg";
import { ZodError } from "zod";
import { NotStorableError } from "../../../domain/chain/canonical-json.ts";
import type { FailureType } from "../../../domain/order/events.ts";
import { Refusal } from "../../../domain/refusal.ts";
import { OwnershipLostError } from "../../../infra/consumers/fence.ts";
import { AppendTooLargeError, StoreUnavailableError, WrongRevisionError } from "../../../infra/event-store/port.ts";
import { FailpointError } from "../../../infra/failpoints.ts";
import { Problem } from "../../../infra/http/problems.ts";
import { KeysUnavailableError } from "../../../infra/keys/errors.ts";
import { isConnectionError } from "../../../infra/postgres/connection-errors.ts";
import { isDatabaseTrouble, isSetupFault } from "../../../infra/postgres/trouble.ts";
import { NoLongerOwnedError } from "../../writing/no-longer-owned.ts";
import { BrokenChainError } from "../../writing/stream-memory.ts";
import { type GatewayFailure, OutsideError } from "../answer.ts";
import { stripeFailure } from "../stripe-failures.ts";
import { networkFailure } from "./network-failures.ts";
import { smtpFailure } from "./smtp-failures.ts";

/**
 * What an error is, for whoever has to decide what happens next.
 *
 * - `transient`, `permanent`: the outside world's; the first may pass, the second never will.
 * - `poison`: our handler cannot deal with what it was given, today and tomorrow.
 * - `ours`: our own database or event store is in trouble, or another process has taken the work over. Nothing is said
 *   of the effect or the event: it is done again, and never counted.
 */
export type ErrorClass = "transient" | "permanent" | "poison" | "ours";

export interface Classified {
  readonly class: ErrorClass;
  readonly failureType: FailureType;
  /** The other side was never asked. */
  readonly notAsked?: true | undefined;
  /** A mistake in how we are set up (a missing table, a missing right): time does not mend it, and somebody must. */
  readonly fault?: true | undefined;
}

const OURS: Classified = { class: "ours", failureType: "service_unavailable" };
const FAULT: Classified = { ...OURS, fault: true };
const POISON: Classified = { class: "poison", failureType: "invalid_message" };

/** What the event store's client says when a repeat changes nothing: no right to it, or a request that it refuses. */
const STORE_FAULTS = new Set<string>([ErrorType.ACCESS_DENIED]);
const STORE_POISON = new Set<string>([
  ErrorType.INVALID_ARGUMENT,
  ErrorType.STREAM_DELETED,
  ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED,
]);

/** gRPC's own codes of the same: PERMISSION_DENIED and UNAUTHENTICATED. */
const RPC_FAULTS = new Set([7, 16]);

/** Classes of our own that say what they are; whatever throws one means it. */
const POISONOUS = [BrokenChainError, NotStorableError, AppendTooLargeError, Refusal, ZodError] as const;
const OF_OUR_ENGINES = [
  StoreUnavailableError,
  WrongRevisionError,
  KeysUnavailableError,
  OwnershipLostError,
  NoLongerOwnedError,
  FailpointError,
] as const;

/** What JavaScript itself throws at a mistake in a program. */
const MISTAKES = [TypeError, ReferenceError, RangeError, SyntaxError] as const;

/**
 * Classifies whatever was thrown, by types and codes and never by words. An error's causes count where it says nothing
 * itself. What nothing names is an exception of our own handler: poison.
 */
export const classify = (error: unknown): Classified => known(error) ?? POISON;

/**
 * As `classify`, of an error that arose in a call to the outside: what nothing names is then the outside's, and is taken
 * for transient. A mistake in our own program stays one.
 */
export function classifyOutside(error: unknown): Classified {
  const named = known(error);
  if (named) return named;
  const mistake = MISTAKES.some((type) => error instanceof type) && (error as Error).cause === undefined; // an Error
  return mistake ? POISON : { class: "transient", failureType: "unknown" };
}

function known(error: unknown): Classified | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    const found = ofEngines(cause) ?? ofOutside(cause) ?? ofProgram(cause);
    if (found) return found;
  }
  return undefined;
}

function ofEngines(error: Error): Classified | undefined {
  if (OF_OUR_ENGINES.some((type) => error instanceof type)) return OURS;
  if (error instanceof pg.DatabaseError) {
    if (isSetupFault(error)) return FAULT;
    return isDatabaseTrouble(error) ? OURS : POISON;
  }
  if (isConnectionError(error)) return OURS;
  if (isCommandError(error)) {
    if (STORE_FAULTS.has(error.type)) return FAULT;
    return STORE_POISON.has(error.type) ? POISON : OURS;
  }
  const rpc = rpcCodeOf(error);
  if (rpc !== undefined) return RPC_FAULTS.has(rpc) ? FAULT : OURS;
  // Somebody else writes to the same stream too fast; the next try begins anew.
  if (error instanceof Problem) return error.type === "conflict" || error.type === "unavailable" ? OURS : POISON;
  return undefined;
}

/** The code of an error that gRPC itself has thrown: nobody but the event store is spoken to by it. */
const rpcCodeOf = (error: Error): number | undefined =>
  "code" in error && typeof error.code === "number" && "details" in error && "metadata" in error
    ? error.code
    : undefined;

function ofOutside(error: Error): Classified | undefined {
  const failure: GatewayFailure | undefined =
    error instanceof OutsideError
      ? error.failure
      : (stripeFailure(error) ?? smtpFailure(error) ?? networkFailure(error));
  return failure && { class: failure.class, failureType: failure.type, notAsked: failure.notAsked };
}

const ofProgram = (error: Error): Classified | undefined =>
  POISONOUS.some((type) => error instanceof type) ? POISON : undefined;
