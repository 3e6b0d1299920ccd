import type { FastifyRequest } from "fastify";
import { z } from "zod";

const named = z.object({
  siteId: z.string().optional(),
  city: z.string().optional(),
  place: z.string().optional(),
});

/** The site and city that a request names in its body or query; none where it names none. */
export function placesOf({ body, query }: FastifyRequest): readonly string[] {
  return [bodyOf(body), query].flatMap((part) => {
    const parsed = named.safeParse(part);
    return parsed.success ? Object.values(parsed.data).filter((value) => value !== undefined) : [];
  });
}

/** A body that is kept as bytes for its signature is read all the same. */
function bodyOf(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return body;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
