import { defineConfig } from "vitest/config";

/**
 * Suffixes say what a test costs: `.unit.spec` needs nothing, `.int.spec` starts engines (Postgres, the event node) on
 * free ports, `.e2e.spec` runs the whole system. Integration files mostly wait, so some run side by side, and so do
 * those of people at their screens; what breaks whole systems runs alone.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: { name: "unit", include: ["**/*.unit.spec.ts"], exclude: ["**/node_modules/**"], testTimeout: 20_000 },
      },
      {
        test: {
          name: "int",
          include: ["**/*.int.spec.ts"],
          exclude: ["**/node_modules/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 3,
          pool: "forks",
        },
      },
      {
        test: {
          name: "e2e",
          include: ["**/*.e2e.spec.ts"],
          exclude: ["**/node_modules/**", "test/browser/**"],
          testTimeout: 400_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          pool: "forks",
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.e2e.spec.ts"],
          testTimeout: 200_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          pool: "forks",
        },
      },
    ],
  },
});
