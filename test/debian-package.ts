import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Bounds of the installation: a slow mirror must not hold up the tests for long. */
const UPDATE_WITHIN_MS = 120_000;
const INSTALL_WITHIN_MS = 420_000;

/**
 * Installs a Debian package where that is possible without a question: as root, or with sudo that asks for no password.
 * Returns why not, or undefined when it was installed. Never throws.
 */
export function installDebianPackage(name: string): string | undefined {
  if (!existsSync("/usr/bin/apt-get")) return "there is no apt-get to install it with";
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  if (asRoot.length > 0 && spawnSync("sudo", ["-n", "true"], { stdio: "ignore", timeout: 10_000 }).status !== 0) {
    return "it cannot be installed without a password";
  }
  const aptGet = (args: readonly string[], timeout: number) => {
    // RUNLEVEL=1: a server that comes with a package is not started, the tests run their own.
    const [command = "", ...rest] = [
      ...asRoot,
      "env",
      "DEBIAN_FRONTEND=noninteractive",
      "RUNLEVEL=1",
      "apt-get",
      ...args,
    ];
    execFileSync(command, rest, { stdio: ["ignore", "ignore", "pipe"], timeout });
  };
  try {
    aptGet(["update"], UPDATE_WITHIN_MS);
    aptGet(["install", "-y", "--no-install-recommends", name], INSTALL_WITHIN_MS);
    return undefined;
  } catch (error) {
    const lines = String((error as { stderr?: unknown }).stderr ?? "").trim();
    return `apt-get could not install it: ${lines.split("\n").at(-1) || (error as Error).message}`;
  }
}
