import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** A backup of a system that cannot be made, or cannot be restored; the message says why. */
export class SystemBackupError extends Error {}

const manifestSchema = z.object({
  format: z.literal("ordertrail-backup/1"),
  /** RFC 3339, UTC. */
  createdAt: z.string(),
  /** Of the program that made it. */
  version: z.string(),
  /** The event log lies in `events/`, with a manifest of its own; null where the store is not the event node. */
  events: z
    .object({
      position: z.string(),
      events: z.int().nonnegative(),
      streams: z.int().nonnegative(),
      sha256: z.string(),
    })
    .nullable(),
  /** Where consumers stood, by name; made from the log, and so not in the backup. */
  consumers: z.record(z.string(), z.string().nullable()),
  /** A keys file that was written with it, elsewhere. */
  keys: z.object({ customers: z.int().nonnegative(), sha256: z.string() }).nullable(),
});

/** What a backup of a system says about itself: `manifest.json`. */
export type SystemManifest = z.infer<typeof manifestSchema>;

export const systemManifestPath = (backup: string): string => join(backup, "manifest.json");

/** Throws SystemBackupError when it is not there or makes no sense. */
export async function readSystemManifest(backup: string): Promise<SystemManifest> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(systemManifestPath(backup), "utf8")));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new SystemBackupError(`${backup} is not a backup of a system: ${what}`);
  }
}
