/** What a column of an export holds. */
export type ColumnType =
  /** `string` */
  | "text"
  /** `string`: a JSON text as it is stored */
  | "json"
  /** `number`, 32 bit */
  | "int"
  /** `bigint` */
  | "bigint"
  /** `number` */
  | "double"
  | "boolean"
  /** `Date`; milliseconds */
  | "time";

export interface ExportColumn {
  readonly name: string;
  readonly type: ColumnType;
}

export type Cell = string | number | bigint | boolean | Date | null;

/** Rows for outside tools, all as of one moment. */
export interface RowSource {
  /** What it is, such as `events` or `orders.orders`. */
  readonly name: string;
  readonly columns: readonly ExportColumn[];
  /** Commit position up to which everything is in it and nothing beyond, decimal. */
  readonly position: string;
  /** How many rows there will be, as far as it is known: for a progress line. */
  readonly expected: number | undefined;
  /** The rows in pages of bounded size, each row as long as `columns`. */
  readonly pages: AsyncIterable<readonly (readonly Cell[])[]>;
}
