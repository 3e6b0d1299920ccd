import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { installDebianPackage } from "./debian-package.ts";
import { findProgram } from "./find-program.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Path of a Chromium that browser tests can drive, or undefined. CHROMIUM names one that lies elsewhere. */
export function findChromium(): string | undefined {
  const given = process.env.CHROMIUM;
  if (given !== undefined && given !== "") return existsSync(given) ? given : undefined;
  return findProgram(...NAMES);
}

/** Installs Debian's Chromium. Returns what was done, or why not; never throws: the tests say by themselves that it is missing. */
export function installChromium(): string {
  const fault = installDebianPackage("chromium");
  if (fault !== undefined) return `no Chromium found: ${fault}`;
  return findChromium() === undefined ? "apt-get installed no Chromium" : "Debian's Chromium was installed";
}

/** Whether there are tests that drive a browser. */
export function hasBrowserTests(folder: string): boolean {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).some(
    (path) => path.endsWith(".spec.ts") && readFileSync(join(folder, path), "utf8").includes("playwright-core"),
  );
}
