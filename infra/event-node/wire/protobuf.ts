/**
 * The few pieces of the protobuf wire format that the event node needs, by hand: the generated classes cost several
 * times more per message and copy the event's bytes, which here stay views of the received chunk.
 */

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** A message that is not protobuf, or not the one expected. */
export class MalformedMessage extends Error {}

/** Walks over the fields of one message: `while (reader.next()) switch (reader.field) …`, each case taking its value. */
export class FieldReader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #at: number;
  field = 0;
  #wire = 0;

  constructor(buffer: Buffer, start = 0, end = buffer.length) {
    this.#buffer = buffer;
    this.#at = start;
    this.#end = end;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    const tag = this.varint();
    this.field = Math.floor(tag / 8);
    this.#wire = tag % 8;
    return true;
  }

  /** An unsigned number; values beyond 2^53 become the largest safe integer, which no revision or position reaches. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (this.#at >= this.#end) throw new MalformedMessage("truncated number");
      const byte = this.#buffer[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : value;
      scale *= 128;
    }
    throw new MalformedMessage("number of more than ten bytes");
  }

  /** An unsigned 64-bit number, exactly. */
  bigVarint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.#at >= this.#end) throw new MalformedMessage("truncated number");
      const byte = this.#buffer[this.#at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new MalformedMessage("number of more than ten bytes");
  }

  /** The bytes of a length-delimited field, as a view. */
  bytes(): Buffer {
    const length = this.#length();
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  text(): string {
    const length = this.#length();
    this.#at += length;
    return this.#buffer.toString("utf8", this.#at - length, this.#at);
  }

  /** A reader over the embedded message of this field. */
  message(): FieldReader {
    const length = this.#length();
    this.#at += length;
    return new FieldReader(this.#buffer, this.#at - length, this.#at);
  }

  skip(): void {
    switch (this.#wire) {
      case VARINT:
        this.varint();
        return;
      case BYTES:
        this.bytes();
        return;
      case FIXED64:
        this.#at += 8;
        break;
      case FIXED32:
        this.#at += 4;
        break;
      default:
        throw new MalformedMessage(`wire type ${this.#wire}`);
    }
    if (this.#at > this.#end) throw new MalformedMessage("truncated field");
  }

  #length(): number {
    if (this.#wire !== BYTES) throw new MalformedMessage(`field ${this.field} is not length-delimited`);
    const length = this.varint();
    if (length > this.#end - this.#at) throw new MalformedMessage("truncated field");
    return length;
  }
}

export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  if (value < 0x8_0000_0000) return 5;
  if (value < 0x400_0000_0000) return 6;
  if (value < 0x2_0000_0000_0000) return 7;
  return 8;
}

/** Writes a safe non-negative integer and returns the offset behind it. */
export function writeVarint(target: Buffer, at: number, value: number): number {
  while (value > 0x7fff_ffff) {
    target[at++] = (value % 128) | 0x80;
    value = Math.floor(value / 128);
  }
  while (value > 0x7f) {
    target[at++] = (value & 0x7f) | 0x80;
    value >>>= 7;
  }
  target[at++] = value;
  return at;
}

/** A varint field. Zero is written too: in a oneof its presence means something. */
export function varintField(field: number, value: number | bigint): Buffer {
  if (typeof value === "number") {
    const out = Buffer.allocUnsafe(varintSize(field * 8) + varintSize(value));
    writeVarint(out, writeVarint(out, 0, field * 8 + VARINT), value);
    return out;
  }
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.concat([tagOf(field, VARINT), Buffer.from(bytes)]);
}

/** A length-delimited field: text, bytes, or an embedded message given as its parts. */
export function bytesField(field: number, ...parts: (Uint8Array | string)[]): Buffer {
  const chunks = parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part));
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const head = Buffer.allocUnsafe(varintSize(field * 8) + varintSize(length));
  writeVarint(head, writeVarint(head, 0, field * 8 + BYTES), length);
  return Buffer.concat([head, ...chunks]);
}

function tagOf(field: number, wire: number): Buffer {
  const out = Buffer.allocUnsafe(varintSize(field * 8));
  writeVarint(out, 0, field * 8 + wire);
  return out;
}
