import { createHmac, createSecretKey, hkdfSync } from "node:crypto";

/** What a PIN looks like: four digits. */
export const PIN = /^\d{4}$/;

/**
 * What stands before a courier's note when the customer's PIN was checked, as it is stored: part of the proof, and
 * read by people. A note of a courier's own never begins with it.
 */
export const PIN_CHECKED = "PIN ✓";

/** The PIN of an order, by its id: whoever brings it has it from the customer. */
export type DeliveryPins = (orderId: string) => string;

/**
 * PINs under a subkey of the installation's fingerprint key (HKDF-SHA-256, info `ordertrail/delivery-pin/1`). They are
 * derived whenever they are needed and stored nowhere.
 */
export function deliveryPins(fingerprintKey: Uint8Array): DeliveryPins {
  const info = "ordertrail/delivery-pin/1";
  const key = createSecretKey(Buffer.from(hkdfSync("sha256", fingerprintKey, new Uint8Array(0), info, 32)));
  return (orderId) => {
    // 48 bits over 10 000: no PIN is likelier than another by anything that could be noticed.
    const drawn = createHmac("sha256", key).update(orderId).digest().readUIntBE(0, 6);
    return String(drawn % 10_000).padStart(4, "0");
  };
}

/** The proof of a delivery as it is stored: that the PIN was checked, what the courier said, both, or nothing. */
export const proofOf = (pinChecked: boolean, note: string | undefined): string | undefined =>
  [pinChecked ? PIN_CHECKED : undefined, note].filter((part) => part !== undefined).join("; ") || undefined;
