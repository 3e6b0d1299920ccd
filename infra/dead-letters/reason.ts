import { hkdfSync } from "node:crypto";
import { type Sealed, type Subkeys, seal, subkeysOf, unseal } from "../../domain/chain/sealing.ts";

/** Names the installation's own key among those that reasons are sealed under. */
const KID = "installation";

/**
 * The key that a typed reason waits under until it is told to the order: from then on it lies under the customer's key
 * alone. Derived from the installation's fingerprint key.
 */
export function reasonKeys(fingerprintKey: Uint8Array): Subkeys {
  const key = hkdfSync("sha256", fingerprintKey, new Uint8Array(0), "ordertrail/dead-letters/reasons/1", 32);
  return subkeysOf(KID, new Uint8Array(key));
}

export const sealReason = (keys: Subkeys, reason: string): Sealed => seal(keys, "dead-letters", "reason", reason);

/** Opens what `sealReason` has sealed; undefined for what lies under another key. Throws UnsealError. */
export function openReason(keys: Subkeys, sealed: Sealed): string | undefined {
  return sealed.kid === KID ? String(unseal(keys, "dead-letters", "reason", sealed)) : undefined;
}
