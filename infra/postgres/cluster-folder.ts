import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, mkdtemp, realpath, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Log } from "../log.ts";
import { readIfExists } from "../supervisor/files.ts";
import { type PostgresBinaries, SHARED_STATE } from "./binaries.ts";
import { canEnter, type ServerUser } from "./server-user.ts";

const run = promisify(execFile);

/** Name of the role that owns the cluster. */
export const SUPERUSER = "ordertrail";

/**
 * The folder of the database cluster at `<data>/postgres`, made on first use. A new cluster is initialised beside its
 * place and moved there when it is complete, so that a run killed in between leaves nothing half-made under that name.
 *
 * Under root the server has an account of its own, which must be able to enter the folder. Where `data` lies in a
 * home that is closed to it, the cluster goes to SHARED_STATE and `<data>/postgres` is a link to it.
 */
export async function clusterFolder(
  data: string,
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
  password: string,
  log: Log,
): Promise<string> {
  const place = join(data, "postgres");
  const existing = await resolved(place);
  if (existing !== undefined) {
    if (await isCluster(existing)) {
      await checkVersion(existing, binaries);
      return existing;
    }
    const aside = `${place}.incomplete-${Date.now()}`;
    log.warn({ folder: place, aside }, "the database folder holds no complete cluster: set aside");
    await rename(place, aside);
  }
  const parent = await parentFor(data, user);
  const draft = join(parent, "postgres.new");
  await rm(draft, { recursive: true, force: true });
  await initialise(draft, binaries, user, password);
  const home = join(parent, "postgres");
  await rename(draft, home);
  if (parent !== (await realpath(data))) {
    await rm(place, { force: true });
    await symlink(home, place);
  }
  return realpath(place);
}

async function resolved(path: string): Promise<string | undefined> {
  return realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

const isCluster = async (folder: string): Promise<boolean> =>
  (await readIfExists(join(folder, "PG_VERSION"))) !== undefined &&
  (await stat(join(folder, "global", "pg_control")).catch(() => undefined)) !== undefined;

async function checkVersion(folder: string, { major }: PostgresBinaries): Promise<void> {
  const version = (await readIfExists(join(folder, "PG_VERSION")))?.trim();
  if (version !== String(major)) {
    throw new Error(
      `${folder} was written by PostgreSQL ${version}, this program brings ${major}: upgrade it, or choose another ORDERTRAIL_DATA`,
    );
  }
}

/** The folder in which the cluster's own folder is made: one that the server's account can reach. */
async function parentFor(data: string, user: ServerUser | undefined): Promise<string> {
  if (user === undefined) return realpath(data);
  // Passing through is enough for the server; what is secret beside its folder has modes of its own.
  const { mode } = await stat(data);
  if ((mode & 0o011) !== 0o011) await chmod(data, (mode & 0o777) | 0o011);
  if (await canEnter(data, user)) return realpath(data);
  try {
    await mkdir(SHARED_STATE, { recursive: true });
    await chmod(SHARED_STATE, 0o755);
    const own = await mkdtemp(join(SHARED_STATE, "data-"));
    await chmod(own, 0o711);
    await writeFile(join(own, "belongs-to"), `${data}\n`);
    return own;
  } catch (cause) {
    throw new Error(
      `PostgreSQL does not run as root; the account it runs as can enter neither ${data} nor ${SHARED_STATE}: ` +
        "set ORDERTRAIL_DATA to a folder that it can enter, run as an ordinary user, or set DATABASE_URL",
      { cause },
    );
  }
}

/**
 * PostgreSQL's own locale sorts and compares alike on every machine; the system's may be missing or differ. Before
 * version 17 there is none, and the C locale is what sorts alike, with upper and lower case of ASCII only.
 */
const localeOf = ({ major }: PostgresBinaries): readonly string[] =>
  major >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"] : ["--locale=C"];

async function initialise(
  folder: string,
  binaries: PostgresBinaries,
  user: ServerUser | undefined,
  password: string,
): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  const passwordFile = join(dirname(folder), `.pw-${randomBytes(6).toString("hex")}`);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    if (user !== undefined) {
      await chown(folder, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }
    await run(
      binaries.initdb,
      [
        `--pgdata=${folder}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        ...localeOf(binaries),
      ],
      { ...user, cwd: "/", env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" }, timeout: 120_000 },
    );
  } catch (cause) {
    const detail = (cause as { stderr?: string }).stderr?.trim().split("\n").at(-1);
    throw new Error(`initdb failed${detail ? `: ${detail}` : ""}`, { cause });
  } finally {
    await rm(passwordFile, { force: true });
  }
}
