#!/usr/bin/env node
import { CommanderError } from "commander";
import { ConfigError } from "../infra/config.ts";
import { EXIT, fail } from "./exit.ts";
import { buildProgram } from "./program.ts";

try {
  await (await buildProgram(process.argv[2])).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else fail(error, error instanceof ConfigError ? EXIT.usage : EXIT.failed);
}
