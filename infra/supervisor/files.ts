import { randomBytes } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";

/** Writes a file so that readers, and a crash at any moment, see either the old content or the new one. */
export async function writeFileAtomically(path: string, content: string, mode = 0o644): Promise<void> {
  const draft = await writeDraft(path, content, mode);
  await rename(draft, path);
}

/** A file's content, or undefined when there is none. */
export async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function writeDraft(path: string, content: string, mode: number): Promise<string> {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  const file = await open(draft, "wx", mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}
