import type { FastifyReply, FastifyRequest } from "fastify";
import type { Actor } from "../../domain/chain/envelope.ts";
import { commandIdFor, fingerprint } from "../../domain/chain/ids.ts";
import { actorOf, type Principal, principalKey } from "../../infra/auth/principal.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import { Problem } from "../../infra/http/problems.ts";
import type { Envelope } from "../writing/build-events.ts";
import type { LoadedStream, OwnEvent } from "../writing/stream-memory.ts";
import type { Written } from "../writing/writer.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The body as it was sent, before defaults: what the fingerprint covers. */
    sentBody: unknown;
  }
}

/** The revision that the caller saw, from If-Match (`"7"` or `W/"7"`); undefined without the header. */
export function ifMatch(request: FastifyRequest): bigint | undefined {
  const header = request.headers["if-match"];
  if (header === undefined || header === "*") return undefined;
  const match = /^(?:W\/)?"(\d{1,19})"$/.exec(header);
  if (!match?.[1]) throw new Problem("invalid_request", 'If-Match takes one ETag, such as "7"');
  return BigInt(match[1]);
}

/** What a command says about itself, from the request. `command` names what is asked, path included. */
export function envelopeFor(options: {
  readonly request: FastifyRequest;
  readonly principal: Principal;
  readonly key: string;
  readonly command: string;
  readonly fingerprintKey: Uint8Array;
  readonly clock: Clock;
  readonly correlationId: string;
  readonly actor?: Actor;
}): Envelope {
  const { request, principal, key, command, fingerprintKey, clock, correlationId } = options;
  return {
    cmd: commandIdFor(principalKey(principal), key),
    fp: fingerprint(fingerprintKey, { command, body: request.sentBody ?? {} }),
    at: toInstant(clock.now()),
    actor: options.actor ?? actorOf(principal),
    correlationId,
    causationId: request.id,
  };
}

/** The actor of what a caller does to an order: a guest's events name the account that the guest was given. */
export const actorFor = (principal: Principal, customerId: string, onBehalfOf?: string): Actor =>
  principal.role === "guest" ? { type: "customer", id: customerId } : actorOf(principal, onBehalfOf);

/** The answer to every command: `id`, `revision`, `position` and `at` are the same on every repeat. */
export interface CommandAnswer {
  readonly id: string;
  readonly revision: string;
  readonly position: string;
  readonly status: string;
  /** When it was recorded: RFC 3339, UTC, the same on every repeat; absent where nothing was. */
  readonly at?: string | undefined;
  /** Nothing was recorded: it was so already, by another command. */
  readonly already?: true | undefined;
}

/** Answers a command: position of its last event in the body, position and revision of now in the headers. */
export function answer<State>(reply: FastifyReply, id: string, written: Written<State>, status: string): CommandAnswer {
  return answerFrom(reply, id, written.own?.events.at(-1), written.loaded, status);
}

export function answerFrom(
  reply: FastifyReply,
  id: string,
  own: OwnEvent | undefined,
  loaded: Pick<LoadedStream<unknown>, "revision" | "position">,
  status: string,
): CommandAnswer {
  const now = loaded.position?.commit ?? own?.position.commit ?? 0n;
  reply.header("etag", `"${loaded.revision}"`).header("x-position", now.toString());
  return {
    id,
    revision: (own?.revision ?? loaded.revision).toString(),
    position: (own?.position.commit ?? now).toString(),
    status,
    at: own?.at,
    already: own === undefined ? true : undefined,
  };
}
