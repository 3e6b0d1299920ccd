import type { Client } from "pg";

export interface Multiplication {
  readonly to: { readonly schema: string; readonly table: string };
  /** Tables of the same shape: rows of an hour, and of one that was cut off. */
  readonly from: { readonly whole: string; readonly cut: string };
  readonly hours: number;
  readonly hourMs: number;
  progress(line: string): void;
}

const HOURS_OF_A_STATEMENT = 8;
/** Columns by which rows are in the order in which a log brings them, the first that a table has. */
const IN_ORDER_OF = ["position", "version", "placed_at", "hour"];

/** Types of columns that differ from copy to copy. */
const DISTINCT: ReadonlySet<string> = new Set(["uuid", "timestamp with time zone"]);

interface TableColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * Fills a table with the rows of so many hours: copies of one hour's, the last of the one that was cut off. Ids of a
 * copy are derived from the original's and the hour's number, the same everywhere, so that tables still belong
 * together; times and positions go on. Indexes are made at the end, then the table is vacuumed, as it would be by then.
 */
export async function multiplied(client: Client, { to, from, hours, hourMs, progress }: Multiplication): Promise<void> {
  const name = `${to.schema}.${to.table}`;
  const { rows: columns } = await client.query<TableColumn>(
    `SELECT column_name AS name, data_type AS type FROM information_schema.columns
     WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`,
    [to.schema, to.table],
  );
  const { keys, indexes } = await withoutIndexes(client, to);
  const inKey = new Set(keys.flatMap((key) => key.columns));
  const keyed = columns.some(({ name, type }) => inKey.has(name) && DISTINCT.has(type));
  const order = IN_ORDER_OF.find((one) => columns.some((column) => column.name === one)) ?? "1";
  const list = columns.map((column) => column.name).join(", ");
  const values = columns.map((column) => copied(column, hourMs)).join(", ");
  const copy = async (source: string, first: number, last: number): Promise<void> => {
    await client.query(
      `INSERT INTO ${name} (${list}) SELECT ${values} FROM generate_series(${first}, ${last}) AS copy(n)
       CROSS JOIN LATERAL (SELECT * FROM ${source} ORDER BY ${order}) AS b`,
    );
  };
  // Rows that an hour does not add to, but change (heads of topics), are there once.
  if (!keyed) await copy(from.cut, hours - 1, hours - 1);
  for (let first = 0; keyed && first < hours; first += HOURS_OF_A_STATEMENT) {
    const last = Math.min(hours - 1, first + HOURS_OF_A_STATEMENT) - 1;
    if (last >= first) await copy(from.whole, first, last);
    progress(`filling ${name}: hour ${last + 1} of ${hours}`);
  }
  if (keyed) await copy(from.cut, hours - 1, hours - 1);
  progress(`filling ${name}: indexes`);
  if (to.schema.startsWith("analytics")) await mergeHours(client, name, columns, keys);
  for (const statement of [...keys.map(({ add }) => add), ...indexes]) await client.query(statement);
  await client.query(`VACUUM (ANALYZE) ${name}`);
}

/** What a column holds in the n-th copy. */
function copied({ name, type }: TableColumn, hourMs: number): string {
  const original = `b.${name}`;
  const derived = (id: string) => `md5(${id} || '/' || copy.n)::uuid`;
  if (type === "uuid") return derived(`${original}::text`);
  if (type === "timestamp with time zone") return `${original} + copy.n * interval '${hourMs} ms'`;
  if (name === "position" || name === "version") return `${original} + copy.n * 100000`;
  if (name === "placed_by") {
    return `split_part(${original}, ':', 1) || ':' || ${derived(`split_part(${original}, ':', 2)`)}`;
  }
  return original;
}

interface Key {
  readonly columns: readonly string[];
  readonly add: string;
}

/** Drops what would be kept up at every row, and answers with how it is made again. */
async function withoutIndexes(
  client: Client,
  { schema, table }: Multiplication["to"],
): Promise<{ keys: Key[]; indexes: string[] }> {
  const name = `${schema}.${table}`;
  const { rows: keys } = await client.query<{ name: string; definition: string }>(
    `SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE conrelid = $1::regclass AND contype IN ('p', 'u')`,
    [name],
  );
  for (const key of keys) await client.query(`ALTER TABLE ${name} DROP CONSTRAINT ${key.name}`);
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    "SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE schemaname = $1 AND tablename = $2",
    [schema, table],
  );
  for (const index of indexes) await client.query(`DROP INDEX ${schema}.${index.name}`);
  return {
    keys: keys.map((key) => ({
      columns: /\((.*)\)/.exec(key.definition)?.[1]?.split(", ") ?? [],
      add: `ALTER TABLE ${name} ADD CONSTRAINT ${key.name} ${key.definition}`,
    })),
    indexes: indexes.map(({ definition }) => definition),
  };
}

/** An hour's orders end in the next one: sums of both copies for an hour become one row. */
async function mergeHours(
  client: Client,
  name: string,
  columns: readonly TableColumn[],
  keys: readonly Key[],
): Promise<void> {
  const key = keys[0]?.columns ?? [];
  if (!key.includes("hour")) return;
  const list = columns.map((column) => column.name).join(", ");
  const sums = columns.map((column) => (key.includes(column.name) ? column.name : `sum(${column.name})::bigint`));
  await client.query(
    `CREATE TEMP TABLE merged AS SELECT ${sums.map((sum, n) => `${sum} AS c${n}`).join(", ")} FROM ${name}
     GROUP BY ${key.join(", ")}`,
  );
  await client.query(`TRUNCATE ${name}; INSERT INTO ${name} (${list}) SELECT * FROM merged; DROP TABLE merged`);
}
