import { createHash } from "node:crypto";
import pg from "pg";

/** The server keeps at most so many statements of this process for each connection. */
const MOST_STATEMENTS = 400;
/** What the server says of a statement that it kept: its answer would have other columns now; it is not there any more. */
const OUTDATED: ReadonlySet<string | undefined> = new Set(["0A000", "26000"]);

const names = new Map<string, string>();
const outdated = new Set<string>();

/**
 * A connection that lets the server keep each statement with parameters, parsed and planned, for the next time it is
 * used on the same connection. For the same few statements again and again with few rows: parsing and planning them is
 * nearly half of what a small transaction costs Postgres. Not for statements whose best plan depends on the values.
 */
export function preparing(connection: pg.PoolClient): pg.PoolClient {
  const keeping: pg.PoolClient = Object.create(connection);
  const query = connection.query.bind(connection) as (...args: unknown[]) => unknown;
  // pg declares `query` with a dozen overloads; everything but a text with an array of values passes as it came.
  keeping.query = ((...args: unknown[]) => {
    const [text, values] = args;
    if (args.length !== 2 || typeof text !== "string" || !Array.isArray(values)) return query(...args);
    const name = nameOf(text);
    if (name === undefined) return query(text, values);
    return (query({ name, text, values }) as Promise<unknown>).catch((error: unknown) => {
      if (error instanceof pg.DatabaseError && OUTDATED.has(error.code)) outdated.add(text);
      throw error;
    });
  }) as pg.PoolClient["query"];
  return keeping;
}

/** The same in all processes, so that a pooler between them and the server can share what is kept. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return outdated.has(text) ? undefined : known;
  if (names.size >= MOST_STATEMENTS) return undefined;
  const name = createHash("sha256").update(text).digest("hex").slice(0, 40);
  names.set(text, name);
  return name;
}
