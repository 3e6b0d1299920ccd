import { type BulkKind, itemsTable, sitesTable } from "../../../domain/catalogue/bulk.ts";
import { listItems, wholeSites } from "../../api/catalogue.ts";

const ITEMS_A_PAGE = 500;

/** The text of a file with everything of a kind, as the import reads it; `told` hears how many were read. */
export async function exportText(kind: BulkKind, format: "csv" | "json", told: (n: number) => void): Promise<string> {
  if (kind === "items") {
    const all = await everything((cursor) => listItems("", false, cursor, ITEMS_A_PAGE), told);
    const items = all.map(({ withdrawn: _, ...item }) => item);
    return format === "csv" ? itemsTable(items) : lines(items);
  }
  const sites = (await everything(wholeSites, told)).map(({ status: _, ...site }) => site);
  return format === "csv" ? sitesTable(sites) : lines(sites);
}

const lines = (entries: readonly object[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");

async function everything<T>(
  page: (cursor: string | undefined) => Promise<{ readonly entries: readonly T[]; readonly next: string | undefined }>,
  told: (n: number) => void,
): Promise<readonly T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const { entries, next } = await page(cursor);
    all.push(...entries);
    told(all.length);
    cursor = next;
  } while (cursor !== undefined);
  return all;
}
