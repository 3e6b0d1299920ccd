/** Event ids are 16 bytes in the database and lower-case text on the wire, as the real server answers them. */

const HEX = Buffer.from("0123456789abcdef", "latin1");
const DASH = 0x2d;
/** Where the two digits of each byte stand in the text form. */
const TEXT_AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
export const UUID_TEXT_LENGTH = 36;

const DIGIT = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i++) {
  DIGIT["0123456789abcdef".charCodeAt(i)] = i;
  DIGIT["0123456789ABCDEF".charCodeAt(i)] = i;
}

/** The 16 bytes of a UUID in text form, or undefined when the text is not one. */
export function uuidFromText(text: Uint8Array): Uint8Array | undefined {
  if (text.length !== UUID_TEXT_LENGTH) return undefined;
  if (text[8] !== DASH || text[13] !== DASH || text[18] !== DASH || text[23] !== DASH) return undefined;
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) {
    const at = TEXT_AT[i] ?? 0;
    const high = DIGIT[text[at] ?? 0] ?? -1;
    const low = DIGIT[text[at + 1] ?? 0] ?? -1;
    if (high < 0 || low < 0) return undefined;
    bytes[i] = high * 16 + low;
  }
  return bytes;
}

/** Writes the text form at `at` and returns the offset behind it. */
export function writeUuidText(target: Buffer, at: number, bytes: Uint8Array): number {
  for (let i = 0; i < 16; i++) {
    const byte = bytes[i] ?? 0;
    const to = at + (TEXT_AT[i] ?? 0);
    target[to] = HEX[byte >> 4] ?? 0;
    target[to + 1] = HEX[byte & 15] ?? 0;
  }
  target[at + 8] = target[at + 13] = target[at + 18] = target[at + 23] = DASH;
  return at + UUID_TEXT_LENGTH;
}

/** The two halves of a UUID as some clients send it (`UUID.Structured`, most significant first) as its 16 bytes. */
export function uuidFromHalves(most: bigint, least: bigint): Uint8Array {
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, most), 0);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, least), 8);
  return bytes;
}

/** The two halves as signed numbers, for answers that carry `UUID.Structured`. */
export function uuidHalves(bytes: Buffer): { most: bigint; least: bigint } {
  return { most: bytes.readBigInt64BE(0), least: bytes.readBigInt64BE(8) };
}
