import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Path of a Chromium that browser tests can drive, or undefined. CHROMIUM names one that lies elsewhere. */
export function findChromium(): string | undefined {
  const given = process.env.CHROMIUM;
  if (given !== undefined && given !== "") return existsSync(given) ? given : undefined;
  const folders = (process.env.PATH ?? "").split(delimiter).concat("/usr/bin", "/usr/local/bin");
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** Bounds of the installation: a slow mirror must not hold up the tests for long. */
const UPDATE_WITHIN_MS = 120_000;
const INSTALL_WITHIN_MS = 420_000;

/**
 * Installs Debian's Chromium where that is possible without a question: as root, or with sudo that asks for no password.
 * Returns what was done, or why not; never throws, since the tests that need it say by themselves that it is missing.
 */
export function installChromium(): string {
  if (!existsSync("/usr/bin/apt-get")) return "no Chromium found, and no apt-get to install it with";
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  if (asRoot.length > 0 && spawnSync("sudo", ["-n", "true"], { stdio: "ignore", timeout: 10_000 }).status !== 0) {
    return "no Chromium found, and it cannot be installed without a password";
  }
  const aptGet = (args: readonly string[], timeout: number) => {
    const [command = "", ...rest] = [...asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...args];
    execFileSync(command, rest, { stdio: ["ignore", "ignore", "pipe"], timeout });
  };
  try {
    aptGet(["update"], UPDATE_WITHIN_MS);
    aptGet(["install", "-y", "--no-install-recommends", "chromium"], INSTALL_WITHIN_MS);
  } catch (error) {
    const lines = String((error as { stderr?: unknown }).stderr ?? "").trim();
    return `Chromium could not be installed: ${lines.split("\n").at(-1) || (error as Error).message}`;
  }
  return findChromium() === undefined ? "apt-get installed no Chromium" : "Debian's Chromium was installed";
}

/** Whether there are tests that drive a browser. */
export function hasBrowserTests(folder: string): boolean {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).some(
    (path) => path.endsWith(".spec.ts") && readFileSync(join(folder, path), "utf8").includes("playwright-core"),
  );
}
