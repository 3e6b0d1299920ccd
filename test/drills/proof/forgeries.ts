import { randomUUID } from "node:crypto";
import { type Forger, type StoredRow, withData } from "../../fixtures/edit-events.ts";

/** Something that somebody with the node's own file and knowledge of its format could do to an order's stream. */
export interface Forgery {
  readonly name: string;
  work(forger: Forger, stream: string): void;
  /** What has to be reported: revision and reason, given how many events the stream had. */
  found(length: number): { readonly revision: string; readonly reason: string };
}

/** In the middle of the stream, away from both ends. */
const MIDDLE = 5;

const at = (rows: readonly StoredRow[], revision: number): StoredRow => {
  const row = rows[revision];
  if (!row) throw new Error(`the stream has no revision ${revision}`);
  return row;
};

/** A copy far behind everything else in the log: positions only have to grow. */
const FREE = 1_000_000_000;

export const FORGERIES: readonly Forgery[] = [
  {
    name: "a changed value",
    work(forger, stream) {
      forger.replace(withData(at(forger.rows(stream), MIDDLE), (data) => ({ ...data, forged: true })));
    },
    found: () => ({ revision: String(MIDDLE), reason: "hash_mismatch" }),
  },
  {
    name: "a removed event",
    work: (forger, stream) => forger.remove(at(forger.rows(stream), MIDDLE).position),
    found: () => ({ revision: String(MIDDLE + 1), reason: "revision_gap" }),
  },
  {
    name: "a removed event, the others renumbered",
    work(forger, stream) {
      const rows = forger.rows(stream);
      forger.remove(at(rows, MIDDLE).position);
      for (const row of rows.slice(MIDDLE + 1)) forger.replace({ ...row, revision: row.revision - 1 });
    },
    found: () => ({ revision: String(MIDDLE), reason: "prev_hash_mismatch" }),
  },
  {
    name: "an inserted event",
    work(forger, stream) {
      const rows = forger.rows(stream);
      const inserted = at(rows, MIDDLE);
      for (const row of rows.slice(MIDDLE).toReversed()) {
        forger.remove(row.position);
        forger.insert({ ...row, position: FREE + row.revision + 1, revision: row.revision + 1 });
      }
      const id = Buffer.from(randomUUID().replaceAll("-", ""), "hex");
      forger.insert(withData({ ...inserted, position: FREE, id }, (data) => ({ ...data, forged: true })));
    },
    found: () => ({ revision: String(MIDDLE), reason: "hash_mismatch" }),
  },
  {
    name: "two swapped events",
    work(forger, stream) {
      const rows = forger.rows(stream);
      const [one, other] = [at(rows, MIDDLE), at(rows, MIDDLE + 1)];
      forger.remove(one.position);
      forger.remove(other.position);
      forger.insert({ ...one, position: other.position, revision: other.revision });
      forger.insert({ ...other, position: one.position, revision: one.revision });
    },
    found: () => ({ revision: String(MIDDLE), reason: "prev_hash_mismatch" }),
  },
  {
    name: "a removed tail",
    work(forger, stream) {
      for (const row of forger.rows(stream).slice(-3)) forger.remove(row.position);
    },
    found: (length) => ({ revision: String(length - 1), reason: "tail_missing" }),
  },
];
