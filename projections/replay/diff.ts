import type { PoolClient, QueryConfig } from "pg";
import { LONGEST_READ_MS } from "./checksum.ts";
import { type ColumnShape, shapeOf } from "./table-shape.ts";

/** A row that differs, as text. */
export interface DiffSample {
  readonly kind: "only-live" | "only-rebuilt" | "changed";
  /** Primary key by column. */
  readonly key: Readonly<Record<string, string>>;
  /** The columns that differ (all of them, where one side has no such row); null is SQL's null. Long texts are cut. */
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

/** Two relations that should hold the same rows. */
interface Pair {
  readonly table: string;
  /** What stands after FROM. */
  readonly live: string;
  readonly rebuilt: string;
  readonly columns: readonly ColumnShape[];
  readonly key: readonly ColumnShape[];
}

const LONGEST_TEXT = 2_000;
const SAMPLES = 5;
const WORK_MEMORY = "64MB";

/** Parked streams belong to what is compared; when and why they failed does not, as in the checksum. */
const PARKED_COLUMNS: Readonly<Record<"parked" | "parked_events", readonly ColumnShape[]>> = {
  parked: ["stream text", "event_id uuid", "revision bigint", "type text", "payload text"].map(columnOf),
  parked_events: ["stream text", "event_id uuid", "revision bigint", "type text", "payload text"].map(columnOf),
};
const PARKED_KEY = ["stream text", "event_id uuid"].map(columnOf);

/**
 * Compares two generations row by row, within a transaction of `inSnapshot` in which both stand at `position`. The
 * database does the work; what comes back is bounded by `samples` (default 5) for each table and kind of difference.
 */
export async function diffGenerations(
  tx: PoolClient,
  tables: readonly string[],
  schemas: { readonly live: string; readonly rebuilt: string },
  position: string,
  samples = SAMPLES,
): Promise<GenerationDiff> {
  await tx.query(`SET LOCAL work_mem = '${WORK_MEMORY}'`);
  const diffs: TableDiff[] = [];
  for (const table of tables.toSorted()) diffs.push(await diffPair(tx, await pairOf(tx, table, schemas), samples));
  for (const table of ["parked", "parked_events"] as const) {
    diffs.push(await diffPair(tx, parkedPair(table, schemas), samples));
  }
  return { position, ...judged(diffs), tables: diffs };
}

/** Rows of all tables that differ, over all rows (of the side that has more). */
function judged(tables: readonly TableDiff[]): { equal: boolean; share: number } {
  let differ = 0;
  let all = 0;
  for (const { liveRows, rebuiltRows, onlyLive, onlyRebuilt, changed } of tables) {
    differ += onlyLive + onlyRebuilt + changed;
    all += Math.max(liveRows, rebuiltRows);
  }
  return { equal: differ === 0, share: differ === 0 ? 0 : Math.min(1, differ / Math.max(1, all)) };
}

async function pairOf(
  tx: PoolClient,
  table: string,
  { live, rebuilt }: { readonly live: string; readonly rebuilt: string },
): Promise<Pair> {
  const [one, other] = [await shapeOf(tx, live, table), await shapeOf(tx, rebuilt, table)];
  if (JSON.stringify(one) !== JSON.stringify(other)) {
    throw new Error(`${live}.${table} and ${rebuilt}.${table} have different columns: their rows cannot be compared`);
  }
  return { table, live: `${live}.${quoted(table)}`, rebuilt: `${rebuilt}.${quoted(table)}`, ...one };
}

function parkedPair(
  table: "parked" | "parked_events",
  { live, rebuilt }: { readonly live: string; readonly rebuilt: string },
): Pair {
  const columns = PARKED_COLUMNS[table];
  const list = columns.map(({ name }) => (name === "payload" ? "payload::text" : name)).join(", ");
  const from = table === "parked" ? "dead_letters" : table;
  const still = table === "parked" ? " AND kind = 'event' AND state = 'parked'" : "";
  const rowsOf = (consumer: string) => `(SELECT ${list} FROM runner.${from} WHERE consumer = '${consumer}'${still})`;
  return { table, live: rowsOf(live), rebuilt: rowsOf(rebuilt), columns, key: PARKED_KEY };
}

async function diffPair(tx: PoolClient, pair: Pair, samples: number): Promise<TableDiff> {
  const first = quoted(pair.key[0]?.name ?? "");
  const isOf = {
    "only-live": `r.${first} IS NULL`,
    "only-rebuilt": `l.${first} IS NULL`,
    changed: `l.${first} IS NOT NULL AND r.${first} IS NOT NULL AND l::text <> r::text`,
  } as const;
  const joined = `${pair.live} AS l FULL JOIN ${pair.rebuilt} AS r USING (${pair.key.map(({ name }) => quoted(name)).join(", ")})`;
  const [counted] = await query<Record<"live" | "rebuilt" | keyof typeof isOf, string>>(
    tx,
    `SELECT count(l.${first}) AS live, count(r.${first}) AS rebuilt,
       ${Object.entries(isOf).map(([kind, condition]) => `count(*) FILTER (WHERE ${condition}) AS "${kind}"`)}
     FROM ${joined}`,
  );
  const found: DiffSample[] = [];
  for (const kind of ["only-live", "only-rebuilt", "changed"] as const) {
    if (Number(counted?.[kind]) === 0 || samples === 0) continue;
    found.push(...(await samplesOf(tx, pair, joined, kind, isOf[kind], samples)));
  }
  return {
    table: pair.table,
    liveRows: Number(counted?.live),
    rebuiltRows: Number(counted?.rebuilt),
    onlyLive: Number(counted?.["only-live"]),
    onlyRebuilt: Number(counted?.["only-rebuilt"]),
    changed: Number(counted?.changed),
    samples: found,
  };
}

async function samplesOf(
  tx: PoolClient,
  { columns, key }: Pair,
  joined: string,
  kind: DiffSample["kind"],
  condition: string,
  limit: number,
): Promise<DiffSample[]> {
  const names = key.map(({ name }) => quoted(name));
  const list = (make: (column: string) => string) => columns.map(({ name }) => make(quoted(name))).join(", ");
  const rows = await query<{ key: string[]; live: (string | null)[]; rebuilt: (string | null)[]; differs: boolean[] }>(
    tx,
    `SELECT ARRAY[${names.map((name) => `${name}::text`).join(", ")}] AS key,
       ARRAY[${list((name) => `left(l.${name}::text, ${LONGEST_TEXT})`)}] AS live,
       ARRAY[${list((name) => `left(r.${name}::text, ${LONGEST_TEXT})`)}] AS rebuilt,
       ARRAY[${list((name) => `l.${name}::text IS DISTINCT FROM r.${name}::text`)}] AS differs
     FROM ${joined} WHERE ${condition} ORDER BY ${names.join(", ")} LIMIT ${limit}`,
  );
  return rows.map((row) => ({
    kind,
    key: Object.fromEntries(key.map(({ name }, i) => [name, row.key[i] ?? ""])),
    columns: Object.fromEntries(
      columns.flatMap(({ name }, i) =>
        row.differs[i] ? [[name, { live: row.live[i] ?? null, rebuilt: row.rebuilt[i] ?? null }]] : [],
      ),
    ),
  }));
}

async function query<Row extends object>(tx: PoolClient, text: string): Promise<Row[]> {
  const config: QueryConfig & { query_timeout: number } = { text, query_timeout: LONGEST_READ_MS }; // pg takes it, its types do not know
  return (await tx.query<Row>(config)).rows;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function columnOf(text: string): ColumnShape {
  const [name = "", type = ""] = text.split(" ");
  return { name, type };
}
