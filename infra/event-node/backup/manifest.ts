import { createHash } from "node:crypto";
import { closeSync, createReadStream, fsyncSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** A backup is a folder with these two files. */
export const BACKUP_FILE = "events.db";
const MANIFEST_FILE = "manifest.json";
export const manifestPath = (backup: string): string => join(backup, MANIFEST_FILE);

const manifestSchema = z.object({
  format: z.literal("ordertrail-event-node-backup/1"),
  /** RFC 3339, UTC. */
  createdAt: z.string(),
  /** Position of the last event in it, as a decimal string. */
  position: z.string().regex(/^\d+$/),
  events: z.int().nonnegative(),
  streams: z.int().nonnegative(),
  /** Events that had been scavenged before. */
  scavenged: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** Of events.db, lower-case hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What a backup says about itself. */
export type BackupManifest = z.infer<typeof manifestSchema>;

/** A backup cannot be made, or is not one that can be restored; the message says why. */
export class BackupError extends Error {}

/** The manifest of a backup. Throws BackupError when it is not there or makes no sense. */
export function readManifest(backup: string): BackupManifest {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(manifestPath(backup), "utf8")));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new BackupError(`${backup} is not a backup of an event node: ${what}`);
  }
}

/** SHA-256 of a file, lower-case hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
  return hash.digest("hex");
}

/** Brings a file, or the names in a folder, to the disk. */
export function syncToDisk(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
