/** A row that differs, as text. */
export interface DiffSample {
  readonly kind: "only-live" | "only-rebuilt" | "changed";
  /** Primary key by column. */
  readonly key: Readonly<Record<string, string>>;
  /** The columns that differ (all of them, where one side has no such row); null is SQL's null. */
  readonly columns: Readonly<Record<string, { readonly live: string | null; readonly rebuilt: string | null }>>;
}

/** How one table differs. */
export interface TableDiff {
  readonly table: string;
  readonly liveRows: number;
  readonly rebuiltRows: number;
  readonly onlyLive: number;
  readonly onlyRebuilt: number;
  readonly changed: number;
  readonly samples: readonly DiffSample[];
}

/** How two generations differ at one position (a commit position, decimal). */
export interface GenerationDiff {
  readonly position: string;
  readonly equal: boolean;
  /** Rows that differ, as a share of all rows: 0 to 1. */
  readonly share: number;
  readonly tables: readonly TableDiff[];
}
