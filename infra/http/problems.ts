import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { NotStorableError } from "../../domain/chain/canonical-json.ts";
import { Refusal } from "../../domain/refusal.ts";
import { AuthError, type AuthErrorCode } from "../auth/errors.ts";
import { AppendTooLargeError, StoreUnavailableError } from "../event-store/port.ts";
import { isDatabaseTrouble } from "../postgres/trouble.ts";
import { PROBLEMS, type ProblemType } from "./problem-types.ts";

/** An answer that is not success, in the terms of RFC 9457. `extra` members go into the body as they are. */
export class Problem extends Error {
  readonly type: ProblemType;
  readonly status: number;
  readonly extra: Readonly<Record<string, unknown>>;
  constructor(
    type: ProblemType,
    detail: string,
    extra: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(detail, options);
    this.type = type;
    this.status = PROBLEMS[type][0];
    this.extra = extra;
  }

  /** The body that goes out. */
  body(instance: string): Record<string, unknown> {
    return {
      type: `/docs/problems#${this.type}`,
      title: PROBLEMS[this.type][1],
      status: this.status,
      code: this.type,
      detail: this.message,
      instance,
      ...this.extra,
    };
  }
}

const CODES_OF_FASTIFY: Readonly<Record<string, ProblemType>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "payload_too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
  FST_ERR_CTP_INVALID_JSON_BODY: "invalid_request",
  FST_ERR_CTP_EMPTY_JSON_BODY: "invalid_request",
};

const OF_AUTH: Readonly<Record<AuthErrorCode, ProblemType>> = {
  token_missing: "unauthenticated",
  token_invalid: "unauthenticated",
  token_expired: "token_expired",
  forbidden: "forbidden",
  issuer_unavailable: "unavailable",
};

/** Makes a problem of whatever a handler threw. What nobody foresaw becomes `internal` and is logged by the caller. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Refusal) return new Problem(error.code, error.message, {}, { cause: error });
  if (error instanceof AuthError) return new Problem(OF_AUTH[error.code], error.message, {}, { cause: error });
  if (error instanceof NotStorableError) return new Problem("not_storable", error.message, {}, { cause: error });
  if (error instanceof AppendTooLargeError) {
    return new Problem("payload_too_large", "what is asked for is more than one append can hold", {}, { cause: error });
  }
  if (error instanceof StoreUnavailableError) {
    return new Problem(
      "unavailable",
      "the event store does not answer; try again with the same Idempotency-Key",
      {},
      { cause: error },
    );
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const faults = error.validation.map(({ instancePath, message }) => ({ path: instancePath || "/", message }));
    const first = faults[0];
    return new Problem("invalid_request", `${first?.path ?? "request"}: ${first?.message ?? "not valid"}`, { faults });
  }
  const code = (error as Partial<FastifyError> | undefined)?.code ?? "";
  const known = CODES_OF_FASTIFY[code];
  if (known) return new Problem(known, (error as Error).message, {}, { cause: error });
  const status = (error as Partial<FastifyError> | undefined)?.statusCode;
  if (error instanceof Error && status !== undefined && status >= 400 && status < 500) {
    return new Problem(status === 429 ? "too_many_requests" : "invalid_request", error.message, {}, { cause: error });
  }
  if (code === "key_forgotten") return new Problem("customer_unknown", "the customer's personal data has been erased");
  if (code === "customer_id_invalid") return new Problem("invalid_request", (error as Error).message);
  if (code === "integrity_broken")
    return new Problem("integrity_broken", (error as Error).message, {}, { cause: error });
  if (code === "keys_unavailable" || isDatabaseTrouble(error)) {
    return new Problem(
      "unavailable",
      "the database does not answer; try again with the same Idempotency-Key",
      {},
      { cause: error },
    );
  }
  return new Problem("internal", "an unexpected error; it has been logged", {}, { cause: error });
}

/** Every error and every unknown path of this server is answered as a problem. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendProblem(asProblem(error), request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new Problem("not_found", `nothing is offered at ${request.method} ${request.url.split("?")[0]}`),
      request,
      reply,
    ),
  );
}

function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (problem.status >= 500) request.log.error({ err: problem.cause ?? problem, code: problem.type }, problem.message);
  if (problem.status === 503) reply.header("retry-after", "2");
  return reply
    .code(problem.status)
    .header("content-type", "application/problem+json; charset=utf-8")
    .send(problem.body(request.url.split("?")[0] ?? "/"));
}
