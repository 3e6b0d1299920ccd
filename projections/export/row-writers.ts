import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import type { OutputFile } from "./output-file.ts";
import type { Cell, ColumnType, ExportColumn, RowSource } from "./rows.ts";

/** The formats that rows can be written in. */
export const ROW_FORMATS = ["parquet", "csv", "jsonl"] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

/** Puts rows into a file, page by page; holds a bounded part of them in memory. */
interface RowWriter {
  write(rows: readonly (readonly Cell[])[]): Promise<void>;
  end(): Promise<void>;
}

/** Writes all rows of a source and answers with their number. */
export async function writeRows(
  source: RowSource,
  format: RowFormat,
  file: OutputFile,
  onRows: (rows: number) => void = () => {},
): Promise<number> {
  const writer = WRITERS[format](source, file);
  let rows = 0;
  for await (const page of source.pages) {
    await writer.write(page);
    rows += page.length;
    onRows(rows);
  }
  await writer.end();
  return rows;
}

const WRITERS: Readonly<Record<RowFormat, (source: RowSource, file: OutputFile) => RowWriter>> = {
  csv: csvWriter,
  jsonl: jsonlWriter,
  parquet: parquetWriter,
};

/** RFC 4180 with a header; an empty field is null, an empty text is quoted. Times are ISO 8601. */
function csvWriter({ columns }: RowSource, file: OutputFile): RowWriter {
  const header = `${columns.map(({ name }) => quoted(name)).join(",")}\r\n`;
  let begun = false;
  const begin = () => {
    if (begun) return "";
    begun = true;
    return header;
  };
  return {
    write: (rows) => file.write(begin() + rows.map((row) => `${row.map(field).join(",")}\r\n`).join("")),
    end: () => file.write(begin()),
  };
}

function field(cell: Cell): string {
  if (cell === null) return "";
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === "string" ? quoted(cell) : String(cell);
}

const quoted = (text: string): string =>
  text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** One JSON object a line. 64-bit numbers are decimal strings, JSON is JSON, times are ISO 8601. */
function jsonlWriter({ columns }: RowSource, file: OutputFile): RowWriter {
  const names = columns.map(({ name }) => JSON.stringify(name));
  const line = (row: readonly Cell[]): string =>
    `{${row.map((cell, n) => `${names[n]}:${jsonOf(cell, columns[n]?.type)}`).join(",")}}\n`;
  return { write: (rows) => file.write(rows.map(line).join("")), end: async () => {} };
}

function jsonOf(cell: Cell, type: ColumnType | undefined): string {
  if (typeof cell === "bigint") return `"${cell}"`;
  // A line holds one object: a text that was stored with line breaks is written without.
  if (type === "json" && typeof cell === "string") return cell.includes("\n") ? JSON.stringify(JSON.parse(cell)) : cell;
  return JSON.stringify(cell);
}

const PARQUET_TYPES = {
  text: "STRING",
  json: "STRING",
  int: "INT32",
  bigint: "INT64",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  time: "TIMESTAMP",
} as const satisfies Record<ColumnType, string>;

/** Rows of a row group at most, and about as many characters of text: what is in memory at a time. */
const GROUP_ROWS = 20_000;
const GROUP_CHARACTERS = 32_000_000;

/** Row groups of bounded size, each on its way to the file before the next one is made. */
function parquetWriter(source: RowSource, file: OutputFile): RowWriter {
  const bytes = new ByteWriter(1_000_000);
  const drain = async () => {
    await file.write(bytes.getBytes());
    bytes.index = 0;
  };
  const columns = source.columns.map(({ name, type }: ExportColumn) => ({ name, type: PARQUET_TYPES[type] }));
  const writer = new ParquetWriter({
    writer: Object.assign(bytes, { flush: drain, finish: drain }),
    schema: schemaFromColumnData({ columnData: columns.map((column) => ({ ...column, data: [] })) }),
    createdBy: "ordertrail",
    kvMetadata: [
      { key: "ordertrail.source", value: source.name },
      { key: "ordertrail.position", value: source.position },
    ],
  });
  let group: Cell[][] = columns.map(() => []);
  let characters = 0;
  const flush = async () => {
    const rows = group[0]?.length ?? 0;
    if (rows === 0) return;
    await writer.write({
      columnData: columns.map((column, n) => ({ ...column, data: group[n] ?? [], offsetIndex: false })),
      rowGroupSize: rows,
    });
    group = columns.map(() => []);
    characters = 0;
  };
  return {
    async write(rows) {
      for (const row of rows) {
        for (const [n, cell] of row.entries()) {
          group[n]?.push(cell);
          if (typeof cell === "string") characters += cell.length;
        }
        if ((group[0]?.length ?? 0) >= GROUP_ROWS || characters >= GROUP_CHARACTERS) await flush();
      }
    },
    async end() {
      await flush();
      await writer.finish();
    },
  };
}
