import { existsSync, readFileSync } from "node:fs";

const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;

export interface WalDamage {
  /** The first frame that is not what was written, from 1, and where it begins in the file. */
  frame: number;
  offset: number;
  page: number;
  /** Commits behind it, which SQLite will not see. */
  commits: number;
}

/**
 * Damage inside a write-ahead log, undefined when there is none. SQLite takes the first frame whose checksum is wrong
 * for the end of the log and drops the rest in silence, acknowledged commits included; that is right for the last
 * commit of a machine that lost power, which nobody had an answer to. A commit that is followed by another was on the
 * disk before that one began, so a bad frame before two commits is damage.
 */
export function walDamage(wal: string): WalDamage | undefined {
  if (!existsSync(wal)) return undefined;
  const bytes = readFileSync(wal);
  if (bytes.length < HEADER || (bytes.readUInt32BE(0) & ~1) >>> 0 !== MAGIC) return undefined;
  const words = (bytes.readUInt32BE(0) & 1) === 1 ? "readUInt32BE" : "readUInt32LE";
  const pageSize = bytes.readUInt32BE(8);
  const salt = bytes.subarray(16, 24);
  const length = FRAME_HEADER + pageSize;
  let sums = [bytes.readUInt32BE(24), bytes.readUInt32BE(28)] as const;
  let bad: WalDamage | undefined;
  for (let at = HEADER, frame = 1; at + length <= bytes.length; at += length, frame++) {
    // Frames of an earlier round of the log have other salts: nothing of this round lies behind them.
    if (!bytes.subarray(at + 8, at + 16).equals(salt)) {
      if (bad) break;
      // A frame whose header was damaged looks like the end; those of this round behind it tell it from that.
      if (at + length + 16 > bytes.length || !bytes.subarray(at + length + 8, at + length + 16).equals(salt)) break;
    }
    if (!bad) {
      sums = checksum(bytes, at, at + 8, words, sums);
      sums = checksum(bytes, at + FRAME_HEADER, at + length, words, sums);
      const stored = [bytes.readUInt32BE(at + 16), bytes.readUInt32BE(at + 20)];
      if (stored[0] === sums[0] && stored[1] === sums[1]) continue;
      bad = { frame, offset: at, page: bytes.readUInt32BE(at), commits: 0 };
    }
    if (bytes.readUInt32BE(at + 4) !== 0) bad.commits++;
  }
  return bad && bad.commits >= 2 ? bad : undefined;
}

/** SQLite's running checksum over pairs of 32-bit words. */
function checksum(
  bytes: Buffer,
  from: number,
  to: number,
  words: "readUInt32BE" | "readUInt32LE",
  [first, second]: readonly [number, number],
): readonly [number, number] {
  let s0 = first;
  let s1 = second;
  for (let at = from; at < to; at += 8) {
    s0 = (s0 + bytes[words](at) + s1) >>> 0;
    s1 = (s1 + bytes[words](at + 4) + s0) >>> 0;
  }
  return [s0, s1];
}
