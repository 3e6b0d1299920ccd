import { createHmac, createSecretKey, hkdfSync } from "node:crypto";

const WORD_BYTES = 16;

/** Of how words are made; with another one the index is made anew. */
const VERSION = 1;

/** Makes words that say nothing to whoever does not have the key. */
export interface BlindWords {
  /** Same word, same bytes: 16 of HMAC-SHA-256. */
  blind(word: string): Buffer;
  /** Tells an index of another key, or of words that were made in another way. Gives nothing of the key away. */
  readonly mark: string;
}

/** Blinds words under a subkey of the installation's fingerprint key (HKDF-SHA-256, info `ordertrail/search/1`). */
export function blindWords(fingerprintKey: Uint8Array): BlindWords {
  const key = createSecretKey(
    Buffer.from(hkdfSync("sha256", fingerprintKey, new Uint8Array(0), "ordertrail/search/1", 32)),
  );
  const hash = (text: string) => createHmac("sha256", key).update(text, "utf8").digest();
  return {
    blind: (word) => hash(`word\n${word}`).subarray(0, WORD_BYTES),
    mark: `${VERSION}:${hash("mark").toString("hex").slice(0, 16)}`,
  };
}
