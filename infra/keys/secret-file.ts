import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { dirname } from "node:path";

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Reads a secret (0600) that all processes of an installation share; the first one to ask creates it.
 *
 * The content is written and synced under a name of its own and then linked to the final one. A link fails when the
 * name is taken, so of processes that start together one wins, the others read the winner's secret, and nobody ever
 * sees a half-written file.
 */
export async function readOrCreateSecret(path: string, create: () => Promise<Buffer> | Buffer): Promise<Buffer> {
  const existing = await readIfThere(path);
  if (existing !== undefined) return existing;

  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(await create());
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
    await syncFolder(folder);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  } finally {
    await unlink(draft);
  }
  return readFile(path);
}
