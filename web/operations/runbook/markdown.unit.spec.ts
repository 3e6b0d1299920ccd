import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Inline, inlineOf, pagesOf } from "./markdown.ts";

const pages = pagesOf(readFileSync(new URL("../../../docs/runbook.md", import.meta.url), "utf8"));

test("the runbook is read as its pages, and nothing of its marking is left in the text", () => {
  expect(pages.length).toBeGreaterThan(15);
  expect(pages.every(({ blocks }) => blocks.length > 0)).toBe(true);
  const texts = (line: readonly Inline[]) => line.flatMap((one) => (one.kind === "code" ? [] : [one.text]));
  const all = pages.flatMap(({ blocks }) =>
    blocks.flatMap((block) => {
      if (block.kind === "paragraph") return texts(block.line);
      if (block.kind === "list") return block.items.flatMap(texts);
      return block.kind === "table" ? [block.head, ...block.rows].flat().flatMap(texts) : [];
    }),
  );
  expect(all.filter((text) => /\*\*|`|\]\(|^\s*\|/.test(text))).toEqual([]);
});

test("code, bold and links are told apart", () => {
  expect(inlineOf("**Seen as** `stuck`, [restore.md](restore.md)")).toEqual([
    { kind: "strong", text: "Seen as" },
    { kind: "text", text: " " },
    { kind: "code", text: "stuck" },
    { kind: "text", text: ", " },
    { kind: "link", text: "restore.md", href: "restore.md" },
  ]);
});
