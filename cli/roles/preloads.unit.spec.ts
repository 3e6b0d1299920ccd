import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Preloads } from "./preloads.ts";

let folder: string;
const manifest = () => join(folder, "build.json");
const built = (hash: string) => ({
  "kitchen/KitchenPage.tsx": { file: `assets/kitchen-${hash}.js`, imports: ["_base.js"], css: ["assets/kitchen.css"] },
  "_base.js": { file: "assets/base.js", imports: ["kitchen/KitchenPage.tsx"] },
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "preloads-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("what is loaded along with a page", () => {
  test("is its script and style with all that they stand on, each once, and anew after a build", async () => {
    const preloads = new Preloads(manifest());
    expect(await preloads.headerFor("/kitchen/x")).toBeUndefined();
    await writeFile(manifest(), JSON.stringify(built("a")));
    expect(await preloads.headerFor("/kitchen/x")).toBe(
      "</assets/kitchen-a.js>; rel=modulepreload, </assets/kitchen.css>; rel=preload; as=style, </assets/base.js>; rel=modulepreload",
    );
    await writeFile(manifest(), JSON.stringify(built("b")));
    await utimes(manifest(), 1, 1);
    expect(await preloads.headerFor("/kitchen")).toContain("kitchen-b.js");
    expect(await preloads.headerFor("/sign-in")).toBeUndefined();
    expect(await preloads.headerFor("/courier")).toBeUndefined();
  });
});
