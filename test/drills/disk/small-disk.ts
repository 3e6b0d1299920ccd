import { execFile } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const CHUNK = Buffer.alloc(64 * 1024);
const WITHIN_MS = 10_000;

/** A disk that is soon full: a file system of its own in memory. */
export interface SmallDisk {
  readonly folder: string;
  /** Fills what is free; returns how many bytes that were. */
  fill(): Promise<number>;
  /** Gives free again what was filled. */
  free(): Promise<void>;
  /** Takes it away, with everything on it. */
  unmount(): Promise<void>;
}

/** Mounts a disk of so many MiB, or says why this machine does not allow it. */
export async function mountSmallDisk(mebibytes: number): Promise<SmallDisk | string> {
  const folder = await mkdtemp(join(tmpdir(), "ordertrail-small-disk-"));
  try {
    const options = `size=${mebibytes}m,mode=0755`;
    await run("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { timeout: WITHIN_MS });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const said = String((error as { stderr?: unknown }).stderr ?? "").trim(); // what execFile rejects with
    return `a tmpfs cannot be mounted: ${said || (error as Error).message}`;
  }
  const filler = join(folder, "filler");
  return {
    folder,
    async fill() {
      const file = await open(filler, "a");
      let bytes = 0;
      try {
        for (let length = CHUNK.length; length > 0; ) {
          try {
            bytes += (await file.write(CHUNK, 0, length)).bytesWritten;
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
            length = Math.floor(length / 2); // down to the last byte
          }
        }
      } finally {
        await file.close();
      }
      return bytes;
    },
    free: () => rm(filler, { force: true }),
    async unmount() {
      await run("umount", ["--lazy", folder], { timeout: WITHIN_MS });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
