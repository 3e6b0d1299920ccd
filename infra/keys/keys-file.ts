import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Pool } from "pg";
import { z } from "zod";

/** A file of keys that cannot be written or is not whole; the message says why. */
export class KeysFileError extends Error {
  readonly code = "keys_file";
}

/** Keys of the installation, base64url; absent where they come from the environment. */
export interface InstallationSecrets {
  readonly masterKey?: string | undefined;
  readonly fingerprintKey?: string | undefined;
}

const FORMAT = "ordertrail-keys/1";
const PAGE = 1_000;

const headSchema = z.object({
  format: z.literal(FORMAT),
  /** RFC 3339, UTC. */
  createdAt: z.string(),
  masterKey: z.base64url().optional(),
  fingerprintKey: z.base64url().optional(),
});
const rowSchema = z.object({
  customerId: z.uuid(),
  kid: z.string(),
  /** The data key under the master key, base64; null once it was forgotten. */
  wrapped: z.base64().nullable(),
  createdAt: z.string(),
});
const endSchema = z.object({ customers: z.int().nonnegative(), sha256: z.string() });

type KeysHead = z.infer<typeof headSchema>;
type CustomerKeyRow = z.infer<typeof rowSchema>;

/**
 * Writes the customers' wrapped keys and the installation's secrets into one file (0600): a first line, a line for each
 * customer, and a last line with their number and the SHA-256 of all lines before. It opens all personal data there is,
 * so it is kept apart from every other backup. The file gets its name when it is whole; one that is there is refused.
 *
 * @returns how many customers it holds
 */
export async function writeKeysFile(
  pool: Pool,
  secrets: InstallationSecrets,
  path: string,
  now: Date,
): Promise<{ readonly customers: number; readonly sha256: string }> {
  const there = await open(path, "r").catch(() => undefined);
  await there?.close();
  if (there) throw new KeysFileError(`${path} is there already; nothing was overwritten`);
  const partial = `${path}.partial`;
  await rm(partial, { force: true });
  const file = await open(partial, "wx", 0o600);
  try {
    const hash = createHash("sha256");
    const write = async (lines: readonly unknown[]) => {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      hash.update(text);
      await file.write(text);
    };
    await write([{ format: FORMAT, createdAt: now.toISOString(), ...secrets } satisfies KeysHead]);
    let customers = 0;
    let after = "00000000-0000-0000-0000-000000000000";
    for (;;) {
      const { rows } = await pool.query<{ customer_id: string; kid: string; wrapped: Buffer | null; created_at: Date }>(
        `SELECT customer_id, kid, wrapped, created_at FROM keys.customer_keys WHERE customer_id > $1
         ORDER BY customer_id LIMIT ${PAGE}`,
        [after],
      );
      await write(
        rows.map(
          (row): CustomerKeyRow => ({
            customerId: row.customer_id,
            kid: row.kid,
            wrapped: row.wrapped?.toString("base64") ?? null,
            createdAt: row.created_at.toISOString(),
          }),
        ),
      );
      customers += rows.length;
      if (rows.length < PAGE) break;
      after = rows.at(-1)?.customer_id ?? after;
    }
    const sha256 = hash.digest("hex");
    await file.write(`${JSON.stringify({ customers, sha256 })}\n`);
    await file.sync();
    await file.close();
    await rename(partial, path);
    const folder = await open(dirname(path), "r");
    await folder.sync();
    await folder.close();
    return { customers, sha256 };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
}

/** The first line of a keys file that is whole. Throws KeysFileError for any other. */
export async function checkKeysFile(path: string): Promise<KeysHead & { readonly customers: number }> {
  const hash = createHash("sha256");
  let head: KeysHead | undefined;
  let end: z.infer<typeof endSchema> | undefined;
  let customers = 0;
  try {
    for await (const line of linesOf(path)) {
      if (end) throw new Error("something follows its last line");
      const value: unknown = JSON.parse(line);
      if (!head) head = headSchema.parse(value);
      else if (endSchema.safeParse(value).success) end = endSchema.parse(value);
      else {
        rowSchema.parse(value);
        customers++;
      }
      if (!end) hash.update(`${line}\n`);
    }
    if (!head || !end) throw new Error("its end is missing");
    if (end.customers !== customers || end.sha256 !== hash.digest("hex")) throw new Error("its SHA-256 differs");
    return { ...head, customers };
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new KeysFileError(`${path} is not a whole file of keys: ${why}`);
  }
}

/** What became of the customers of a keys file. */
export interface ImportedKeys {
  /** Came back. */
  readonly added: number;
  /** Were there with the same key, or were forgotten in the meantime and stay so. */
  readonly kept: number;
  /** Were there with another key, made after theirs was lost: what is sealed under the file's key does not open. */
  readonly differing: readonly string[];
}

/** Brings the customers' keys of a checked file back. A row that is there stays as it is. */
export async function importCustomerKeys(pool: Pool, path: string): Promise<ImportedKeys> {
  const differing: string[] = [];
  let added = 0;
  let kept = 0;
  const store = async (rows: readonly CustomerKeyRow[]) => {
    const { rows: there } = await pool.query<{ customer_id: string; same: boolean }>(
      `SELECT k.customer_id, k.wrapped IS NULL OR k.wrapped IS NOT DISTINCT FROM t.wrapped AS same
       FROM unnest($1::uuid[], $2::bytea[]) AS t (customer_id, wrapped) JOIN keys.customer_keys AS k USING (customer_id)`,
      [rows.map(({ customerId }) => customerId), rows.map(wrappedOf)],
    );
    for (const { customer_id: id, same } of there) if (!same) differing.push(id);
    kept += there.filter(({ same }) => same).length;
    const { rowCount } = await pool.query(
      `INSERT INTO keys.customer_keys (customer_id, kid, wrapped, created_at)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::timestamptz[]) ON CONFLICT DO NOTHING`,
      [
        rows.map(({ customerId }) => customerId),
        rows.map(({ kid }) => kid),
        rows.map(wrappedOf),
        rows.map(({ createdAt }) => createdAt),
      ],
    );
    added += rowCount ?? 0;
  };
  let page: CustomerKeyRow[] = [];
  for await (const line of linesOf(path)) {
    const row = rowSchema.safeParse(JSON.parse(line));
    if (row.success) page.push(row.data);
    if (page.length < PAGE) continue;
    await store(page);
    page = [];
  }
  if (page.length > 0) await store(page);
  return { added, kept, differing };
}

const wrappedOf = ({ wrapped }: CustomerKeyRow): Buffer | null =>
  wrapped === null ? null : Buffer.from(wrapped, "base64");

const linesOf = (path: string) =>
  createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
