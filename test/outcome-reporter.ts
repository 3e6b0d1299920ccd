import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { SerializedError } from "vitest";
import type { Reporter, TestModule } from "vitest/node";

/** What a test run came to, as it is handed to the program that started it. */
export interface Outcome {
  readonly passed: number;
  /** Failed tests, test files that could not be loaded, and errors that no test caught. */
  readonly failed: readonly string[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Writes the outcome to the file that ORDERTRAIL_TEST_OUTCOME names. vitest's own JSON reporter leaves out the reasons
 * that tests give for being skipped.
 */
export default class OutcomeReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env.ORDERTRAIL_TEST_OUTCOME;
    if (file === undefined) return;
    let passed = 0;
    const failed = unhandledErrors.map((error) => `an error that no test caught: ${error.message}`);
    const skipped: { name: string; reason: string }[] = [];
    for (const module of modules) {
      const path = relative(process.cwd(), module.moduleId);
      if (module.errors().length > 0) failed.push(`${path}: could not be run`);
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) failed.push(`${path} > ${suite.fullName}: failed around its tests`);
      }
      for (const test of module.children.allTests()) {
        const name = `${path} > ${test.fullName}`;
        const result = test.result();
        if (result.state === "passed") passed++;
        else if (result.state === "failed") failed.push(name);
        else skipped.push({ name, reason: (result.state === "skipped" && result.note) || "no reason given" });
      }
    }
    writeFileSync(file, JSON.stringify({ passed, failed, skipped } satisfies Outcome));
  }
}
