import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Where a page lies in the file. */
export interface PagePlace {
  page: number;
  bytes: { from: number; to: number };
}

const INTERIOR_TABLE = 0x05;
const LEAF_TABLE = 0x0d;
/** A table of 2^63 rows is not deeper. */
const DEEPEST = 24;

/** SQLite's file format, as far as it takes to say where something lies: the header, and the way down a table's tree. */
export class DatabasePages {
  readonly #file: number;
  readonly pageSize: number;
  /** Pages by the header; what was not yet copied from the write-ahead log is not counted. */
  readonly pagesByHeader: number;
  readonly bytes: number;

  /** Throws when the file cannot be read. */
  constructor(path: string) {
    this.#file = openSync(path, "r");
    const header = Buffer.alloc(100);
    readSync(this.#file, header, 0, header.length, 0);
    const size = header.readUInt16BE(16);
    this.pageSize = size === 1 ? 65_536 : Math.max(512, size);
    // The count is valid only when it was written by the last change of the file.
    this.pagesByHeader = header.readUInt32BE(24) === header.readUInt32BE(92) ? header.readUInt32BE(28) : 0;
    this.bytes = fstatSync(this.#file).size;
  }

  close(): void {
    closeSync(this.#file);
  }

  place(page: number): PagePlace {
    const to = page * this.pageSize;
    return { page, bytes: { from: to - this.pageSize, to } };
  }

  /** The leaf page on which the row with that number lies or would lie; undefined when the way there is damaged. */
  leafOf(root: number, row: number): PagePlace | undefined {
    let page = root;
    for (let depth = 0; depth < DEEPEST; depth++) {
      const content = this.#read(page);
      if (!content) return undefined;
      const at = page === 1 ? 100 : 0;
      const type = content[at];
      if (type === LEAF_TABLE || (depth > 0 && type !== INTERIOR_TABLE)) return this.place(page);
      if (type !== INTERIOR_TABLE) return undefined;
      page = childFor(content, at, row);
    }
    return undefined;
  }

  #read(page: number): Buffer | undefined {
    const { from, to } = this.place(page).bytes;
    if (page < 1 || to > this.bytes) return undefined;
    const content = Buffer.alloc(this.pageSize);
    readSync(this.#file, content, 0, content.length, from);
    return content;
  }
}

/** The child page of an interior page whose rows end at or behind `row`. */
function childFor(content: Buffer, at: number, row: number): number {
  const cells = content.readUInt16BE(at + 3);
  for (let i = 0; i < cells && at + 14 + 2 * i <= content.length; i++) {
    const cell = content.readUInt16BE(at + 12 + 2 * i);
    if (cell + 13 > content.length) continue;
    if (row <= varint(content, cell + 4)) return content.readUInt32BE(cell);
  }
  return content.readUInt32BE(at + 8);
}

/** SQLite's varints: big-endian, nine bytes at most, the ninth with all its bits. */
function varint(content: Buffer, at: number): number {
  let value = 0n;
  for (let i = 0; i < 8; i++) {
    const byte = content[at + i] ?? 0;
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) return Number(value);
  }
  return Number((value << 8n) | BigInt(content[at + 8] ?? 0));
}
