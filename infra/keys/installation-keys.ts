import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Config, ConfigError } from "../config.ts";
import { readOrCreateSecret } from "./secret-file.ts";

const KEY_BYTES = 32;

function decode(text: string, origin: string): Uint8Array {
  const key = Buffer.from(text.trim(), "base64url");
  if (key.length !== KEY_BYTES) throw new ConfigError(`${origin}: ${KEY_BYTES} bytes as base64url are needed`);
  return key;
}

async function fromFile(config: Pick<Config, "ORDERTRAIL_DATA">, name: string): Promise<Uint8Array> {
  const path = join(config.ORDERTRAIL_DATA, "keys", name);
  const file = await readOrCreateSecret(path, () => Buffer.from(`${randomBytes(KEY_BYTES).toString("base64url")}\n`));
  return decode(file.toString("utf8"), path);
}

/**
 * The key that wraps customer keys: ORDERTRAIL_MASTER_KEY, else `keys/master.key`, created on first use and shared by
 * the processes of this machine. Machines that share a database must be given the same key. Without it no personal data
 * can be read again: it is kept apart from backups of the database.
 */
export async function masterKey(
  config: Pick<Config, "ORDERTRAIL_DATA" | "ORDERTRAIL_MASTER_KEY">,
): Promise<Uint8Array> {
  return config.ORDERTRAIL_MASTER_KEY === undefined
    ? fromFile(config, "master.key")
    : decode(config.ORDERTRAIL_MASTER_KEY, "ORDERTRAIL_MASTER_KEY");
}

/**
 * The installation's fingerprint key (see the contract, "Ids"): ORDERTRAIL_FINGERPRINT_KEY, else
 * `keys/fingerprint.key`. Event ids are derived from it, so with another key a repeated command is not recognised.
 */
export async function fingerprintKey(
  config: Pick<Config, "ORDERTRAIL_DATA" | "ORDERTRAIL_FINGERPRINT_KEY">,
): Promise<Uint8Array> {
  return config.ORDERTRAIL_FINGERPRINT_KEY === undefined
    ? fromFile(config, "fingerprint.key")
    : decode(config.ORDERTRAIL_FINGERPRINT_KEY, "ORDERTRAIL_FINGERPRINT_KEY");
}
