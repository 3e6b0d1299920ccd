import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The account that a Postgres server started by root runs as: PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Which account to start Postgres as: undefined means the own one, which is right for every user but root. Root gets
 * the system's `postgres`, made if it is missing; where accounts cannot be made, `nobody`.
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await accountOf("postgres");
  if (existing !== undefined) return existing;
  await run("useradd", ["--system", "--user-group", "--no-create-home", "postgres"], { timeout: 10_000 }).catch(
    () => undefined,
  );
  const account = (await accountOf("postgres")) ?? (await accountOf("nobody"));
  if (account === undefined) {
    throw new Error(
      "PostgreSQL does not run as root, and there is neither an account `postgres` nor `nobody` to run it as: " +
        "create one, run as an ordinary user, or set DATABASE_URL to a server of your own",
    );
  }
  return account;
}

/** Whether the server's account can enter a folder. Asked of the system, so that ACLs count as well. */
export const canEnter = (folder: string, user: ServerUser): Promise<boolean> =>
  succeeds("/bin/sh", ["-c", 'test -x "$1"', "sh", folder], user);

/** Whether a program ends with success when the account runs it. */
export async function succeeds(
  command: string,
  args: readonly string[],
  user: ServerUser | undefined,
): Promise<boolean> {
  return run(command, args, { ...user, cwd: "/", timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

async function accountOf(name: string): Promise<ServerUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([
      run("id", ["-u", name], { timeout: 5_000 }),
      run("id", ["-g", name], { timeout: 5_000 }),
    ]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
