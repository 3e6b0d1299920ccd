import { setImmediate } from "node:timers/promises";
import type { PoolClient, QueryResultRow } from "pg";
import { allSent } from "../infra/postgres/pool.ts";

/** A column of rows on their way into one statement. Values of type `json` are JSON texts. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly values: readonly (string | null)[];
}

/** A column of a statement's rows, made of each row. */
export const column = <Row>(
  rows: readonly Row[],
  name: string,
  type: string,
  of: (row: Row) => string | null,
): Column => ({ name, type, values: rows.map(of) });

/** Sets texts apart: JSON never holds it unescaped, and other text hardly ever. */
const BETWEEN = "\u001e";
/** Stands for null among texts; JSON never holds it unescaped either. */
const ABSENT = "\u001f";
/** Ids, numbers and times: in an array's text they need no quotes. */
const PLAIN = /^[\w:.+-]+$/;

/**
 * Rows as a relation for one statement, with a number of parameters that does not depend on that of the rows.
 *
 * A column travels as one text that the server splits. As elements of an array that `pg` writes, every value would be
 * escaped here and unescaped there: three times the work in this process, and a fifth more in Postgres.
 *
 * @param columns all of the same length, at least one row
 * @returns what stands after FROM, and the parameters from $1 on
 */
export function relation(columns: readonly Column[]): { from: string; parameters: unknown[] } {
  const arrays = columns.map((one, i) => arrayOf(one, `$${i + 1}`));
  return {
    from: `unnest(${arrays.map(({ sql }) => sql).join(", ")}) AS given (${columns.map(({ name }) => name).join(", ")})`,
    parameters: arrays.map(({ parameter }) => parameter),
  };
}

/** A column's values as an array in SQL, with the parameter that this takes. */
function arrayOf({ type, values }: Column, bound: string): { readonly sql: string; readonly parameter: unknown } {
  if (type === "json") {
    const parameter = values.map((value) => value ?? ABSENT).join(BETWEEN);
    return { sql: `string_to_array(${bound}, E'\\x1e', E'\\x1f')::json[]`, parameter };
  }
  const typed = `${bound}::${type}[]`;
  if (type !== "text") return { sql: typed, parameter: plainArray(values) ?? values };
  const joined = joinedTexts(values);
  if (joined === undefined) return { sql: typed, parameter: values };
  return { sql: `string_to_array(${bound}, E'\\x1e', E'\\x1f')`, parameter: joined };
}

/** The text of an array whose elements need no quotes; undefined when one of them does. */
function plainArray(values: Column["values"]): string | undefined {
  if (!values.every((value) => value === null || PLAIN.test(value))) return undefined;
  return `{${values.map((value) => value ?? "NULL").join(",")}}`;
}

/** Texts as one that can be split again; undefined when they hold what sets them apart, or nothing at all. */
function joinedTexts(values: Column["values"]): string | undefined {
  if (!values.every((value) => value === null || !(value.includes(BETWEEN) || value === ABSENT))) return undefined;
  // Splitting the empty text gives no element, not an empty one.
  return values.map((value) => value ?? ABSENT).join(BETWEEN) || undefined;
}

/** A statement with its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** Beyond so many characters, a statement is worth a packet of its own. */
const LARGE_TEXT = 16_384;

/**
 * Runs statements one after the other on one connection without waiting in between. With thousands of rows, making the
 * parameters takes as long as a good part of the statement: then each is made while the one before is at work. One that
 * has nothing to do is undefined. Answers with the rows that they return, in their order.
 */
export async function inTurn(
  tx: PoolClient,
  statements: readonly (() => Statement | undefined)[],
): Promise<(readonly QueryResultRow[])[]> {
  const sent: Promise<readonly QueryResultRow[]>[] = [];
  try {
    for (const make of statements) {
      const statement = make();
      const rows = statement ? rowsOf(tx, statement) : Promise.resolve([]);
      // Met below, however long the next ones take to be made.
      rows.catch(() => {});
      sent.push(rows);
      // What is gathered leaves at the end of a turn: a large statement goes ahead of the making of the next.
      if (statement && isLarge(statement)) await setImmediate();
    }
  } catch (error) {
    // Nothing may be left at work on the connection.
    await Promise.allSettled(sent);
    throw error;
  }
  return await allSent(...sent);
}

const rowsOf = async (tx: PoolClient, { text, values }: Statement): Promise<readonly QueryResultRow[]> =>
  (await tx.query(text, values)).rows;

const isLarge = ({ values }: Statement): boolean =>
  values.some((value) => typeof value === "string" && value.length > LARGE_TEXT);
