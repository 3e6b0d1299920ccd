import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceTree } from "./layering.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const NOT_SOURCE = new Set(["node_modules", "dist", ".git", ".ordertrail", "coverage"]);

/** Every TypeScript file of the project. */
export function projectSources(): SourceTree {
  const tree = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !NOT_SOURCE.has(entry.name)) walk(path);
      else if (entry.isFile() && /\.tsx?$/.test(entry.name)) {
        tree.set(relative(PROJECT, path).split(sep).join("/"), readFileSync(path, "utf8"));
      }
    }
  };
  walk(PROJECT);
  return tree;
}
