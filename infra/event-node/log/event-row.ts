import { crc32 } from "node:zlib";

/**
 * One event as the event node stores it. The database (`events.db` in the data directory, SQLite) has these tables:
 *
 *     streams  id        INTEGER PRIMARY KEY   number of the stream inside this file
 *              name      TEXT UNIQUE           its name; `$$x` is the metadata stream of `x`
 *
 *     events   position  INTEGER PRIMARY KEY   commit and prepare position, ascending in the order of commits
 *              stream    INTEGER               → streams.id
 *              revision  INTEGER               0, 1, 2 … in the stream; DELETED (2^53 - 1) for its tombstone
 *              id        BLOB                  16 bytes of the event's UUID
 *              type      TEXT
 *              flags     INTEGER               bit 0: data is JSON (`FLAG_JSON`)
 *              created   INTEGER               microseconds since 1970
 *              metadata  BLOB                  as sent; empty when there is none
 *              data      BLOB                  as sent
 *              checksum  INTEGER               rowChecksum over all of the above, with the stream's name
 *
 *     tombstones stream                       streams that were ended for good; their last event is the tombstone
 *
 *     scavenged                               what is left of an event that was scavenged, so that a repeat of its
 *              stream, revision, id, position append is still known, and a missing row is told from a scavenged one
 *
 *     scavenges number, id, state, progress   the scavenges, running and ended; `progress` is JSON
 *
 * Positions and revisions have no holes but for scavenged events.
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

/** A row whose checksum is wrong, or whose stream is gone. The file is damaged there, and the row is not served. */
export class DamagedRow extends Error {
  readonly position: number;
  constructor(position: number, what: string) {
    super(`the event at position ${position} is damaged: ${what}`);
    this.position = position;
  }
}

/** Scratch space for the fields of fixed size: six numbers, then the id. Used within one call only. */
const fixed = Buffer.alloc(64);
const numbers = new DataView(fixed.buffer, fixed.byteOffset, 48);

/** The CRC-32 that belongs into the row's `checksum` column: unsigned, over every other column and the stream's name. */
export function rowChecksum(row: EventRow): number {
  const { metadata, data } = row;
  const sum = headChecksum(row);
  return crc32(data, metadata.length > 0 ? crc32(metadata, sum) : sum);
}

/** The same for a row whose metadata and data lie behind each other in `joined`. */
export function joinedRowChecksum(row: EventRow, joined: Uint8Array): number {
  return crc32(joined, headChecksum(row));
}

function headChecksum({ position, streamName, revision, id, type, flags, created, metadata }: EventRow): number {
  numbers.setFloat64(0, position);
  numbers.setFloat64(8, revision);
  numbers.setFloat64(16, flags);
  numbers.setFloat64(24, created);
  numbers.setFloat64(32, type.length);
  numbers.setFloat64(40, metadata.length);
  fixed.fill(0, 48);
  fixed.set(id.subarray(0, 16), 48);
  return crc32(`${type}${streamName}`, crc32(fixed));
}
