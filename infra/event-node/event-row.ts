import { crc32 } from "node:zlib";

/**
 * One event as the event node stores it. The database (`events.db` in the data directory, SQLite) has two tables:
 *
 *     streams  id        INTEGER PRIMARY KEY   number of the stream inside this file
 *              name      TEXT UNIQUE           its name; `$$x` is the metadata stream of `x`
 *
 *     events   position  INTEGER PRIMARY KEY   commit and prepare position, ascending in the order of commits
 *              stream    INTEGER               → streams.id
 *              revision  INTEGER               0, 1, 2 … in the stream
 *              id        BLOB                  16 bytes of the event's UUID
 *              type      TEXT
 *              flags     INTEGER               bit 0: data is JSON (`FLAG_JSON`)
 *              created   INTEGER               microseconds since 1970
 *              metadata  BLOB                  as sent; empty when there is none
 *              data      BLOB                  as sent
 *              checksum  INTEGER               rowChecksum over all of the above, with the stream's name
 *
 * The checksum tells a damaged file (it does not match: the node refuses to serve the row) from an edited one (whoever
 * edits a row on purpose computes it anew; that is for the hash chain in the events to find).
 */
export interface EventRow {
  position: number;
  streamName: string;
  revision: number;
  id: Uint8Array;
  type: string;
  flags: number;
  created: number;
  metadata: Uint8Array;
  data: Uint8Array;
}

export const FLAG_JSON = 1;

/** The CRC-32 that belongs into the row's `checksum` column: unsigned, over every other column and the stream's name. */
export function rowChecksum(row: EventRow): number {
  // Two chained calls: each crosses into native code, and the fields before the data are short.
  const { metadata, data } = row;
  const id = Buffer.from(row.id.buffer, row.id.byteOffset, row.id.byteLength).toString("latin1");
  const head = `${row.position} ${row.revision} ${row.flags} ${row.created} ${row.type.length} ${row.type} ${metadata.length} ${data.length} ${id} ${row.streamName}`;
  const sum = metadata.length > 0 ? crc32(metadata, crc32(head)) : crc32(head);
  return crc32(data, sum);
}
