import { existsSync, readFileSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { DatabasePages } from "./pages.ts";
import type { Findings } from "./report.ts";

const MOST_MESSAGES = 100;

/** True when a write-ahead log with something in it lies beside the file: a node runs, or was killed. */
function hasWal(path: string): boolean {
  const wal = `${path}-wal`;
  if (!existsSync(wal) || statSync(wal).size < 32) return false;
  return readFileSync(wal)
    .subarray(0, 4)
    .some((byte) => byte !== 0);
}

/** Whether the file is as long as its header says. Pages that still lie in the write-ahead log are not missed. */
export function checkLength(path: string, pages: DatabasePages, findings: Findings): void {
  const wanted = pages.pagesByHeader * pages.pageSize;
  if (hasWal(path) || pages.bytes >= wanted) return;
  const have = Math.floor(pages.bytes / pages.pageSize);
  findings.add({
    kind: "truncated",
    message: `the file ends after ${pages.bytes} bytes; its header says ${wanted}: pages ${have + 1} to ${pages.pagesByHeader} are missing`,
    page: have + 1,
    bytes: { from: pages.bytes, to: wanted },
  });
}

/** SQLite's integrity check of every page, cell and index entry. One call, so it tells nothing of its progress. */
export function checkStructure(db: DatabaseSync, pages: DatabasePages, findings: Findings): void {
  const names = new Map<number, string>();
  try {
    for (const { name, rootpage } of db.prepare("SELECT name, rootpage FROM sqlite_schema").all())
      names.set(Number(rootpage), String(name));
    for (const row of db.prepare(`PRAGMA integrity_check(${MOST_MESSAGES})`).iterate())
      for (const message of String(row.integrity_check).split("\n"))
        if (message !== "ok" && !/^\*\*\* in database/.test(message)) findings.add(described(message, names, pages));
  } catch (error) {
    findings.add({ kind: "structure", message: `SQLite's check ended early: ${(error as Error).message}` });
  }
}

/** SQLite names trees by their root page; people know them as tables and indexes. */
function described(message: string, names: Map<number, string>, pages: DatabasePages) {
  const tree = /^Tree (\d+) page (\d+)(?: cell \d+)?: (.*)$/s.exec(message);
  if (tree) {
    const [, root, page, what] = tree;
    const place = pages.place(Number(page));
    const owner = names.get(Number(root)) ?? `tree ${root}`;
    return { kind: "structure", message: `page ${page}, of ${owner}: ${what}`, ...place } as const;
  }
  const page = /^Page (\d+)\b/i.exec(message)?.[1];
  return { kind: "structure", message, ...(page ? pages.place(Number(page)) : {}) } as const;
}
