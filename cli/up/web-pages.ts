import { execFile } from "node:child_process";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const BUILT = join(PROJECT, "web", "dist");
const BUILD_WITHIN_MS = 300_000;

/** What became of the pages. */
export type PagesState = "absent" | "up to date" | "built";

/**
 * Builds the pages when they are missing or older than their sources. The build is made beside its place and moved
 * there when it is complete, so that a killed build, or two at once, leave no half of one.
 */
export async function buildPages(): Promise<PagesState> {
  const config = join(PROJECT, "web", "vite.config.ts");
  if ((await modified(config)) === undefined) return "absent";
  const built = await modified(join(BUILT, "index.html"));
  const newest = Math.max(
    ...(await Promise.all(
      ["web", "realtime/client", "package-lock.json"].map((path) => newestIn(join(PROJECT, path))),
    )),
  );
  if (built !== undefined && built >= newest) return "up to date";
  const draft = join(PROJECT, "node_modules", ".cache", `pages-${process.pid}`);
  await mkdir(dirname(draft), { recursive: true });
  const require = createRequire(import.meta.url);
  const vite = join(dirname(require.resolve("vite/package.json")), "bin", "vite.js");
  try {
    await run(process.execPath, [vite, "build", "--config", config, "--outDir", draft, "--emptyOutDir"], {
      cwd: PROJECT,
      // Built from within a test run the pages would carry the development tools of their framework.
      env: { ...process.env, NODE_ENV: "production" },
      timeout: BUILD_WITHIN_MS,
      maxBuffer: 16_000_000,
    });
    await rm(BUILT, { recursive: true, force: true });
    await rename(draft, BUILT);
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    throw new Error(`the pages cannot be built${stderr ? `:\n${stderr.trim()}` : ""}`, { cause });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return "built";
}

const modified = async (path: string): Promise<number | undefined> =>
  (await stat(path).catch(() => undefined))?.mtimeMs;

/** Latest change of a file, or of anything in a folder but what is built or installed. 0 when there is nothing. */
async function newestIn(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return (await modified(path)) ?? 0;
  const times = await Promise.all(
    entries
      .filter((entry) => entry.name !== "dist" && entry.name !== "node_modules")
      .map((entry) => (entry.isDirectory() ? newestIn(join(path, entry.name)) : modified(join(path, entry.name)))),
  );
  return Math.max(0, ...times.map((time) => time ?? 0));
}
