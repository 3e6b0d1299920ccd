/** A column of rows on their way into one statement. Values of type `json` are JSON texts. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly values: readonly (string | null)[];
}

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
