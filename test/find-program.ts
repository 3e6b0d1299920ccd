import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where Debian puts servers; a user's PATH often leaves it out. */
const FURTHER = ["/usr/bin", "/usr/sbin", "/usr/local/bin"];

/** Path of the first of these programs that this machine has, or undefined. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).concat(FURTHER);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}
