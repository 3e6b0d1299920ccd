import { z } from "zod";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import { countLetters, findLetter, listLetters, type WholeLetter } from "../../infra/dead-letters/letters.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import { decodeCursor, encodeCursor, listParameters } from "../answer.ts";
import { filterFields, letterList, wholeLetter } from "./schemas.ts";
import { type DeadLetterServices, shownTo } from "./services.ts";

const tags = ["dead letters"];
const response = { "4xx": problem, "5xx": problem };

/** Dead letters: listed, counted and shown. */
export function letterRoutes(api: Api, services: DeadLetterServices): void {
  const { pool } = services;

  api.get(
    "/api/dead-letters",
    {
      config: { action: "dead-letters.read" },
      schema: {
        tags,
        summary: "What was set aside: events that cannot be handled, and effects that failed for good",
        description: "Those that failed last first, with counts by consumer and failure of all that match.",
        querystring: z.object({
          state: z.enum(["parked", "redriven", "discarded", "all"]).default("parked"),
          ...filterFields,
          ...listParameters(200, 50),
        }),
        response: { 200: letterList, ...response },
      },
    },
    async (request, reply) => {
      const principal = authorise(request, "dead-letters.read", {});
      const { cursor, limit, state, ...asked } = request.query;
      const filter = { ...asked, ...(state === "all" ? {} : { state }) };
      const place = cursor === undefined ? undefined : decodeCursor(cursor, z.tuple([z.iso.datetime(), z.uuid()]));
      const after = place && { lastFailedAt: place[0], id: place[1] };
      const [found, counts] = await Promise.all([
        listLetters(pool, filter, { limit: limit + 1, after }),
        countLetters(pool, filter),
      ]);
      const letters = await shownTo(services, principal, found.slice(0, limit));
      const last = letters.at(-1);
      const next = last && found.length > limit ? encodeCursor([last.lastFailedAt, last.id]) : undefined;
      void reply.header("cache-control", "no-store");
      return { letters, total: counts.reduce((sum, one) => sum + one.letters, 0), counts, next };
    },
  );

  api.get(
    "/api/dead-letters/:letterId",
    {
      config: { action: "dead-letters.read" },
      schema: {
        tags,
        summary: "A dead letter with everything that is kept",
        params: z.object({ letterId: z.uuid() }),
        response: { 200: wholeLetter, ...response },
      },
    },
    async (request, reply) => {
      const principal = authorise(request, "dead-letters.read", {});
      const found = await findLetter(pool, request.params.letterId);
      if (found === undefined) throw unknownLetter(request.params.letterId);
      const [shown] = await shownTo(services, principal, [found]);
      if (shown === undefined) throw unknownLetter(request.params.letterId);
      void reply.header("cache-control", "no-store");
      return { ...shown, discarding: discarding(found) };
    },
  );
}

const unknownLetter = (id: string) => new Problem("dead_letter_unknown", `there is no dead letter ${id}`);

/** What is missing once a letter is discarded, for people. */
function discarding({ kind, consumer, type, stream, effectId, heldBack }: WholeLetter): string {
  if (kind === "effect") {
    return `"${effectId}" is never done for ${stream}; what else "${consumer}" owes the order goes on.`;
  }
  const behind = heldBack === 0 ? "Later events of the stream go on." : `What waits behind it (${heldBack}) goes on.`;
  return `"${consumer}" does without this ${type} of ${stream}: what it says of it lacks what the event tells. ${behind}`;
}
