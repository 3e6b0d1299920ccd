import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** Personal data under a customer's key, as it lies in an event. All fields base64url except `alg`. */
export interface Sealed {
  readonly kid: string;
  readonly alg: "A256GCM";
  readonly iv: string;
  readonly ct: string;
}

/** The two subkeys of one customer's data key: 32 bytes each. */
export interface Subkeys {
  readonly kid: string;
  readonly seal: Uint8Array;
  readonly fp: Uint8Array;
}

/** Text that cannot be opened: wrong key, moved to another event, or altered. */
export class UnsealError extends Error {
  readonly code = "unseal_failed";
}

const TAG_BYTES = 16;

/** Derives a customer's subkeys from their data key (HKDF-SHA-256, empty salt; info strings fixed by the contract). */
export function subkeysOf(kid: string, dataKey: Uint8Array): Subkeys {
  const derive = (info: string) => new Uint8Array(hkdfSync("sha256", dataKey, new Uint8Array(0), info, 32));
  return { kid, seal: derive("ordertrail/seal/1"), fp: derive("ordertrail/fp/1") };
}

/** The additional data that ties a sealed value to its place: it opens in this event of this stream only. */
const placeOf = (stream: string, eventId: string) => Buffer.from(`${stream}\n${eventId}`, "utf8");

/** Seals a value (any JSON) for one event of one stream. `iv` (12 bytes) is given by tests only. */
export function seal(
  keys: Pick<Subkeys, "kid" | "seal">,
  stream: string,
  eventId: string,
  value: unknown,
  iv: Uint8Array = randomBytes(12),
): Sealed {
  const cipher = createCipheriv("aes-256-gcm", keys.seal, iv);
  cipher.setAAD(placeOf(stream, eventId));
  const ct = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final(), cipher.getAuthTag()]);
  return { kid: keys.kid, alg: "A256GCM", iv: Buffer.from(iv).toString("base64url"), ct: ct.toString("base64url") };
}

/** Opens a sealed value. Throws UnsealError when key, place or ciphertext do not belong together. */
export function unseal(keys: Pick<Subkeys, "seal">, stream: string, eventId: string, sealed: Sealed): unknown {
  try {
    const ct = Buffer.from(sealed.ct, "base64url");
    const decipher = createDecipheriv("aes-256-gcm", keys.seal, Buffer.from(sealed.iv, "base64url"), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(placeOf(stream, eventId));
    decipher.setAuthTag(ct.subarray(ct.length - TAG_BYTES));
    const text = Buffer.concat([decipher.update(ct.subarray(0, ct.length - TAG_BYTES)), decipher.final()]);
    return JSON.parse(text.toString("utf8"));
  } catch (cause) {
    throw new UnsealError(`a sealed value of ${stream} does not open`, { cause });
  }
}

/** True for what `seal` returns. */
export function isSealed(value: unknown): value is Sealed {
  return typeof value === "object" && value !== null && "ct" in value && "alg" in value && value.alg === "A256GCM";
}
