import type { PoolClient, QueryResult, QueryResultRow } from "pg";

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

/** Sets JSON texts apart: they never hold it unescaped. */
const BETWEEN = "\u001e";

/**
 * Rows as a relation for one statement, with a number of parameters that does not depend on that of the rows.
 *
 * JSON travels as one text that the server splits: as elements of an array every quote in it would be escaped here and
 * unescaped there, which is most of the cost.
 *
 * @param columns all of the same length, at least one row; no null in a column of JSON
 * @returns what stands after FROM, and the parameters from $1 on
 */
export function relation(columns: readonly Column[]): { from: string; parameters: unknown[] } {
  const split = columns.map(({ type }, i) =>
    type === "json" ? `string_to_array($${i + 1}, E'\\x1e')::json[]` : `$${i + 1}::${type}[]`,
  );
  return {
    from: `unnest(${split.join(", ")}) AS given (${columns.map(({ name }) => name).join(", ")})`,
    parameters: columns.map(({ type, values }) => (type === "json" ? values.join(BETWEEN) : values)),
  };
}

/** A statement with its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/**
 * Runs statements one after the other on one connection, and makes each while the one before is at work: with
 * thousands of rows, making the parameters takes as long as a good part of the statement. One that has nothing to do is
 * undefined. Answers with the rows that they return, in their order.
 */
export async function inTurn(
  tx: PoolClient,
  statements: readonly (() => Statement | undefined)[],
): Promise<(readonly QueryResultRow[])[]> {
  const results: (readonly QueryResultRow[])[] = [];
  let running: Promise<QueryResult> | undefined;
  for (const make of statements) {
    let statement: Statement | undefined;
    try {
      statement = make();
    } finally {
      // Also when the next one could not be made: nothing may be left at work on the connection.
      if (running) results.push((await running).rows);
    }
    if (!statement) results.push([]);
    running = statement && tx.query(statement.text, statement.values);
  }
  if (running) results.push((await running).rows);
  return results;
}
