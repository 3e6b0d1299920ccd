import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { LANGUAGES, type Language } from "../domain/order/events.ts";

/** The query parameter of answers that hold sentences. */
export const languageParameter = z
  .enum(LANGUAGES)
  .optional()
  .describe("language of the sentences; left out, what Accept-Language prefers of these, else English");

/** The language to answer in: as asked, else the one that the caller likes best, else English. Says so in the headers. */
export function answerIn(request: FastifyRequest, reply: FastifyReply, asked: Language | undefined): Language {
  const language = asked ?? preferred(request.headers["accept-language"] ?? "");
  reply.header("content-language", language);
  return language;
}

/** The known language with the greatest weight in an Accept-Language; of equals the first. */
export function preferred(header: string): Language {
  const wishes = header.split(",").flatMap((wish) => {
    const [tag = "", ...parameters] = wish.trim().toLowerCase().split(";");
    const language = LANGUAGES.find((one) => tag === one || tag.startsWith(`${one}-`));
    const weight = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((q) => q !== undefined);
    const q = weight === undefined ? 1 : Number(weight);
    return language !== undefined && q > 0 ? [{ language, q }] : [];
  });
  return wishes.toSorted((a, b) => b.q - a.q)[0]?.language ?? "en";
}
