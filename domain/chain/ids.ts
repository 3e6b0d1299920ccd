import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { v5 as uuidv5 } from "uuid";
import { canonicalJson } from "./canonical-json.ts";

// The namespaces and the strings below are stored for ever in every id: see the contract, "Ids".
const NS_ORDER = "6f1f5b0e-6a52-5d0c-9d53-0f6c2f3f7a01";
const NS_EVENT = "6f1f5b0e-6a52-5d0c-9d53-0f6c2f3f7a02";
const NS_COMMAND = "6f1f5b0e-6a52-5d0c-9d53-0f6c2f3f7a03";
const NS_CUSTOMER = "6f1f5b0e-6a52-5d0c-9d53-0f6c2f3f7a04";

/** Id of the order that this caller's key creates. `principal` is written `type:id`. */
export const orderIdFor = (principal: string, idempotencyKey: string): string =>
  uuidv5(`${principal}\n${idempotencyKey}`, NS_ORDER);

/** Id of an API command: the `cmd` of its events. */
export const commandIdFor = (principal: string, idempotencyKey: string): string =>
  uuidv5(`${principal}\n${idempotencyKey}`, NS_COMMAND);

/** Id of the customer that this caller's key registers. */
export const customerIdFor = (principal: string, idempotencyKey: string): string =>
  uuidv5(`${principal}\n${idempotencyKey}`, NS_CUSTOMER);

/** Id of the `index`-th event that a command puts into a stream. */
export const eventIdFor = (stream: string, cmd: string, fp: string, index: number): string =>
  uuidv5(`${stream}\n${cmd}\n${fp}\n${index}`, NS_EVENT);

/**
 * Fingerprint of what was asked: lower-case hex of the first 16 bytes of HMAC-SHA-256 over the canonical JSON.
 * `key` is a customer's fingerprint subkey where the payload holds personal data, else the installation's.
 */
export function fingerprint(key: Uint8Array, payload: unknown): string {
  return createHmac("sha256", keyObject(key)).update(canonicalJson(payload)).digest("hex").slice(0, 32);
}

/** Making one of a key costs as much as using it. */
const keyObjects = new WeakMap<Uint8Array, KeyObject>();

function keyObject(key: Uint8Array): KeyObject {
  const known = keyObjects.get(key);
  if (known !== undefined) return known;
  const made = createSecretKey(key);
  keyObjects.set(key, made);
  return made;
}
