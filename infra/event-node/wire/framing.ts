/** gRPC's framing of messages in a byte stream: one byte of flags, four of length, then the message. */

export const FRAME_HEAD = 5;

/** A message the peer declared larger than it may be, or compressed although we never said we could read that. */
export class UnreadableFrame extends Error {
  readonly tooLarge: boolean;
  constructor(message: string, tooLarge: boolean) {
    super(message);
    this.tooLarge = tooLarge;
  }
}

/** The message with its head, ready to be written. */
export function frame(...parts: Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.allocUnsafe(FRAME_HEAD);
  writeFrameHead(head, 0, length);
  return Buffer.concat([head, ...parts], length + FRAME_HEAD);
}

/** Writes the head of a message of `length` bytes and returns the offset behind it. */
export function writeFrameHead(target: Buffer, at: number, length: number): number {
  target[at] = 0;
  target[at + 1] = length >>> 24;
  target[at + 2] = length >>> 16;
  target[at + 3] = length >>> 8;
  target[at + 4] = length;
  return at + FRAME_HEAD;
}

/**
 * Cuts received chunks into messages. A message that lies whole in one chunk is a view of it; only one that spans
 * chunks is copied, once, when its last byte is here.
 */
export class FrameSplitter {
  readonly #largest: number;
  #parts: Buffer[] = [];
  #held = 0;
  #wanted = FRAME_HEAD;

  constructor(largest: number) {
    this.#largest = largest;
  }

  /** Hands every message that is complete with this chunk to `take`, in order. Throws UnreadableFrame. */
  push(chunk: Buffer, take: (message: Buffer) => void): void {
    if (this.#held > 0) {
      this.#parts.push(chunk);
      this.#held += chunk.length;
      if (this.#held < this.#wanted) return;
      chunk = Buffer.concat(this.#parts, this.#held);
      this.#parts = [];
      this.#held = 0;
    }
    let at = 0;
    this.#wanted = FRAME_HEAD;
    while (chunk.length - at >= FRAME_HEAD) {
      const length = chunk.readUInt32BE(at + 1);
      if (length > this.#largest) throw new UnreadableFrame(`message of ${length} bytes`, true);
      if (chunk[at] !== 0) throw new UnreadableFrame("compressed message", false);
      if (chunk.length - at - FRAME_HEAD < length) {
        this.#wanted = FRAME_HEAD + length;
        break;
      }
      take(chunk.subarray(at + FRAME_HEAD, at + FRAME_HEAD + length));
      at += FRAME_HEAD + length;
    }
    if (at < chunk.length) {
      this.#parts = [chunk.subarray(at)];
      this.#held = chunk.length - at;
    }
  }
}
