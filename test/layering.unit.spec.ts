import { describe, expect, test } from "vitest";
import { importCircles, importsOf, layerBreaches } from "./layering.ts";
import { projectSources } from "./sources.ts";

describe("the project", () => {
  const edges = importsOf(projectSources());

  test("has imports to look at", () => expect(edges.length).toBeGreaterThan(50));

  test("imports in one direction only", () => expect(layerBreaches(edges)).toEqual([]));

  test("has no circle of imports", () => expect(importCircles(edges)).toEqual([]));
});

describe("the check itself", () => {
  const check = (files: Record<string, string>) => {
    const edges = importsOf(new Map(Object.entries(files)));
    return [...layerBreaches(edges), ...importCircles(edges)];
  };
  const TARGETS = Object.fromEntries(
    ["domain/a.ts", "infra/a.ts", "commands/a.ts", "projections/a.ts", "read-api/a.ts", "realtime/a.ts"]
      .concat(["realtime/client/a.ts", "web/a.tsx", "cli/a.ts", "test/a.ts"])
      .map((path) => [path, "export const a = 1; export type A = number;"]),
  );

  test.each([
    ["domain/x.ts", "../infra/a.ts"],
    ["infra/x.ts", "../commands/a.ts"],
    ["commands/x.ts", "../projections/a.ts"],
    ["commands/x.ts", "../realtime/a.ts"],
    ["projections/x.ts", "../commands/a.ts"],
    ["projections/x.ts", "../read-api/a.ts"],
    ["read-api/x.ts", "../commands/a.ts"],
    ["realtime/x.ts", "../commands/a.ts"],
    ["realtime/x.ts", "./client/a.ts"],
    ["realtime/client/x.ts", "../a.ts"],
    ["realtime/client/x.ts", "../../domain/a.ts"],
    ["web/x.tsx", "../infra/a.ts"],
    ["web/x.tsx", "../projections/a.ts"],
    ["infra/x.ts", "../cli/a.ts"],
    ["infra/x.ts", "../test/a.ts"],
  ])("%s must not import %s", (from, specifier) => {
    const breaches = check({ ...TARGETS, [from]: `\nimport { a } from "${specifier}";\nexport { a };` });
    expect(breaches).toEqual([expect.stringMatching(new RegExp(`^${from}:2: `))]);
  });

  test.each([
    ["infra/x.ts", "../domain/a.ts"],
    ["commands/x.ts", "../infra/a.ts"],
    ["read-api/x.ts", "../projections/a.ts"],
    ["realtime/x.ts", "../projections/a.ts"],
    ["web/x.tsx", "../realtime/client/a.ts"],
    ["web/x.tsx", "../domain/a.ts"],
    ["cli/x.ts", "../commands/a.ts"],
    ["test/x.ts", "../cli/a.ts"],
    ["infra/x.unit.spec.ts", "../test/a.ts"],
  ])("%s may import %s", (from, specifier) => {
    expect(check({ ...TARGETS, [from]: `import { a } from "${specifier}"; export { a };` })).toEqual([]);
  });

  test.each([
    'import type { A } from "../domain/a.ts"; export type B = A;',
    'import { type A } from "../domain/a.ts"; export type B = A;',
    'export type B = import("../domain/a.ts").A;',
    'export type { A } from "../domain/a.ts";',
  ])("the web may take types of the domain: %s", (text) => {
    expect(check({ ...TARGETS, "web/x.tsx": text })).toEqual([]);
  });

  test.each([
    'export { a } from "../infra/a.ts";',
    'export * from "../infra/a.ts";',
    'export const b = () => import("../infra/a.ts");',
    'export type B = import("../infra/a.ts").A;',
    'import "../infra/a.ts";',
  ])("every way to import is seen: %s", (text) => {
    expect(check({ ...TARGETS, "domain/x.ts": text })).toHaveLength(1);
  });

  test("comments and strings are no imports", () => {
    const text = '// import { a } from "../infra/a.ts";\nexport const text = \'import "../infra/a.ts"\';';
    expect(check({ ...TARGETS, "domain/x.ts": text })).toEqual([]);
  });

  test("a circle is found, also through types, and named with its lines", () => {
    const circle = check({
      "domain/a.ts": 'import type { B } from "./b.ts";\nexport type A = B;',
      "domain/b.ts": '\nimport { c } from "./c.ts";\nexport type B = typeof c;',
      "domain/c.ts": '\n\nimport type { A } from "./a.ts";\nexport const c: A | undefined = undefined;',
    });
    expect(circle).toEqual(["domain/a.ts:1 → domain/b.ts:2 → domain/c.ts:3 → domain/a.ts"]);
  });

  test("a file that cannot be parsed is an error, not a gap", () => {
    expect(() => check({ "domain/x.ts": "import {" })).toThrow(/domain\/x\.ts cannot be parsed/);
  });
});
