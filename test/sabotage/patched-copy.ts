import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A text of one source file, and what stands in its place when a defence is gone. */
export interface Patch {
  /** Path from the project's root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** The text to be patched is not there any more, or more than once: the sabotage has to be written anew. */
export class PatchError extends Error {}

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = ["cli", "commands", "domain", "infra", "projections", "read-api", "realtime", "test"];
const SETTINGS = ["package.json", "tsconfig.json", "vitest.config.ts"];
const LEFT_OUT = /(?:^|\/)(?:node_modules|dist|browser|bench)$|\.(?:png|log)$/;

/**
 * A copy of the project's sources as they lie in the working tree, with the same dependencies, and with some of its
 * text replaced. Nothing in the project itself can be switched off: only a copy lacks a defence.
 */
export async function patchedCopy(
  patches: readonly Patch[],
): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "ordertrail-sabotage-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await Promise.all([
      ...SOURCES.map((name) =>
        cp(join(PROJECT, name), join(folder, name), { recursive: true, filter: (path) => !LEFT_OUT.test(path) }),
      ),
      ...SETTINGS.map((name) => cp(join(PROJECT, name), join(folder, name))),
      symlink(join(PROJECT, "node_modules"), join(folder, "node_modules")),
    ]);
    for (const { file, find, replace } of patches) {
      const path = join(folder, file);
      await writeFile(path, replaceOnce(await readFile(path, "utf8"), find, replace, file));
    }
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Throws PatchError unless the text stands there exactly once. */
export function replaceOnce(text: string, find: string, replace: string, file: string): string {
  const times = text.split(find).length - 1;
  if (times === 1) return text.replace(find, () => replace);
  throw new PatchError(`${file} holds this ${times === 0 ? "no more" : `${times} times`}: ${find}`);
}
