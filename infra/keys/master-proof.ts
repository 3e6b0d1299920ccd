import type { Pool } from "pg";
import { UnwrapError, unwrap, wrap } from "./wrapping.ts";

/** The database's customer keys are wrapped by another master key than this process has. */
export class WrongMasterKeyError extends Error {
  readonly code = "master_key_wrong";
}

/** Stands where a customer's id stands in a wrapped key, so that the proof can never pass for one. */
const PROOF_OF = "ordertrail/master-key/1";

/**
 * Makes sure that this process has the master key that the database's first process had. Machines that share a database
 * and each make a master key of their own would otherwise give out keys that the others cannot open. Rejects with
 * WrongMasterKeyError.
 */
export async function assertMasterKey(pool: Pool, master: Uint8Array): Promise<void> {
  await pool.query("INSERT INTO keys.master_key (proof) VALUES ($1) ON CONFLICT DO NOTHING", [
    wrap(master, PROOF_OF, new Uint8Array(32)),
  ]);
  const { rows } = await pool.query<{ proof: Buffer }>("SELECT proof FROM keys.master_key");
  try {
    for (const { proof } of rows) unwrap(master, PROOF_OF, proof);
  } catch (cause) {
    if (!(cause instanceof UnwrapError)) throw cause;
    throw new WrongMasterKeyError(
      "the customer keys of this database are wrapped by another master key: give every machine the same " +
        "ORDERTRAIL_MASTER_KEY, or the keys/master.key that belongs to this database",
      { cause },
    );
  }
}
