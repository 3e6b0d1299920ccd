#!/usr/bin/env node
import { CommanderError } from "commander";
import { ConfigError } from "../infra/config.ts";
import { EXIT, fail } from "./exit.ts";
import { buildProgram } from "./program.ts";

// Whoever read the output (head, less) has seen enough. What runs on, runs on: it looks after its output by itself.
if (!["up", "serve"].includes(process.argv[2] ?? "")) {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

try {
  await (await buildProgram(process.argv[2])).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else fail(error, error instanceof ConfigError ? EXIT.usage : EXIT.failed);
}
