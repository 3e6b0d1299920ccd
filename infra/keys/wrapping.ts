import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

// A wrapped key, as it is stored: version byte, 12 bytes of IV, ciphertext, 16 bytes of tag (AES-256-GCM).
const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A wrapped key that does not open: another master key, another customer's row, or altered bytes. */
export class UnwrapError extends Error {
  readonly code = "unwrap_failed";
}

/** Wraps a customer's data key; the customer id is additional data, so that rows cannot be exchanged. */
export function wrap(master: Uint8Array, customerId: string, dataKey: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", master, iv);
  cipher.setAAD(Buffer.from(customerId, "utf8"));
  return Buffer.concat([Buffer.from([VERSION]), iv, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
}

/** Opens a wrapped key. Throws UnwrapError. */
export function unwrap(master: Uint8Array, customerId: string, wrapped: Buffer): Uint8Array {
  try {
    if (wrapped[0] !== VERSION) throw new Error(`version ${wrapped[0]} is not known`);
    const decipher = createDecipheriv("aes-256-gcm", master, wrapped.subarray(1, 1 + IV_BYTES));
    decipher.setAAD(Buffer.from(customerId, "utf8"));
    decipher.setAuthTag(wrapped.subarray(wrapped.length - TAG_BYTES));
    return Buffer.concat([decipher.update(wrapped.subarray(1 + IV_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new UnwrapError(
      `the key of customer ${customerId} does not open: is the master key the one it was wrapped with?`,
      { cause },
    );
  }
}
