import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { Problem } from "../infra/http/problems.ts";
import type { ReadPositions, Standing } from "./positions.ts";

/** How long a query waits for its read model to reach the position it was given. */
export const REACH_WITHIN_MS = 2_000;

const LAST_POSITION = 2n ** 63n - 1n;

/** The query parameter that every query takes, also as the header `X-Position`. */
export const afterParameter = z
  .string()
  .regex(/^\d{1,19}$/, "a position, as a command has answered it")
  .optional()
  .describe("wait (at most 2 s) until what happened up to this position is shown; also as header X-Position");

/** The position that the caller wants to see at least; undefined when any will do. */
export function askedPosition(request: FastifyRequest): bigint | undefined {
  const { after } = request.query as { readonly after?: string | undefined }; // checked by the route's schema
  const header = request.headers["x-position"];
  const text = after ?? (Array.isArray(header) ? header[0] : header);
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,19}$/.test(text) || BigInt(text) > LAST_POSITION) {
    throw new Problem("invalid_request", "X-Position takes a position as a command has answered it");
  }
  return BigInt(text);
}

/** A read model that is ready to be queried for one request. */
export interface Reading extends Standing {
  /** The caller asked for more than the read model shows. */
  readonly stale: boolean;
}

/** Waits for the read model as the request wants, and learns where it stands; to be called before it is queried. */
export async function readingOf(
  positions: ReadPositions,
  projection: string,
  request: FastifyRequest,
  withinMs = REACH_WITHIN_MS,
): Promise<Reading> {
  const asked = askedPosition(request);
  const reached = asked === undefined || (await positions.reach(projection, asked, withinMs));
  return { ...(await positions.of(projection)), stale: !reached };
}

/** Says how far and how old what is answered is. */
export async function stateFreshness(reply: FastifyReply, positions: ReadPositions, reading: Reading): Promise<void> {
  reply.header("x-position", (reading.place?.commit ?? 0n).toString());
  reply.header("x-age-ms", (await positions.ageMs(reading)).toString());
  if (reading.stale) reply.header("x-stale", "true");
}

/** The tag of an answer that has no revision of its own: of everything in it that can differ. */
export const contentTag = (content: unknown): string =>
  createHash("sha256").update(JSON.stringify(content)).digest("base64url").slice(0, 27);

/**
 * Sets the ETag of a revision or of content; true when the caller has that revision, and nothing needs to be sent. Answers depend on
 * who asks, so no shared cache may keep them.
 */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, revision: bigint | string): boolean {
  const tag = `"${revision}"`;
  reply.header("etag", tag).header("cache-control", "private, no-cache").header("vary", "authorization");
  const known = request.headers["if-none-match"];
  return known?.split(",").some((one) => one.trim().replace(/^W\//, "") === tag) ?? false;
}

/** A place in a list as text that callers give back and do not look into. */
export const encodeCursor = (place: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(place), "utf8").toString("base64url");

/** What `encodeCursor` was given. Throws Problem for anything else. */
export function decodeCursor<T>(cursor: string, shape: z.ZodType<T>): T {
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch (cause) {
    throw new Problem("invalid_request", "/cursor: not one that a list has answered", {}, { cause });
  }
}

/** The key after which a page of a list by key begins; before all of them without a cursor. */
export const keyAfter = (cursor: string | undefined): string =>
  cursor === undefined ? "" : decodeCursor(cursor, z.tuple([z.string()]))[0];

/** Cursor of what follows a page of a list by key; undefined where the page was not full. */
export function cursorAfter<T>(page: readonly T[], limit: number, keyOf: (last: T) => string): string | undefined {
  const last = page.at(-1);
  return last !== undefined && page.length === limit ? encodeCursor([keyOf(last)]) : undefined;
}

/** Text that somebody gives to look something up by: no control characters, which the database would not take. */
export const wordParameter = z
  .string()
  .min(1)
  .max(80)
  .regex(/^\P{C}+$/u, "must not hold control characters");

/** The query parameters of a list. */
export const listParameters = (most: number, byDefault: number) => ({
  cursor: z.string().max(400).optional().describe("`next` of the page before"),
  limit: z.coerce.number().int().min(1).max(most).default(byDefault),
});
