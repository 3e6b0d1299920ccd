import { anchorOf } from "../../state/operations/runbook.ts";

/** A piece of a line. */
export type Inline =
  | { readonly kind: "text" | "code" | "strong"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string };

export type Line = readonly Inline[];

/** A block of the runbook: the part of Markdown that it is written in. */
export type Block =
  | { readonly kind: "paragraph"; readonly line: Line }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly Line[] }
  | { readonly kind: "table"; readonly head: readonly Line[]; readonly rows: readonly (readonly Line[])[] };

/** A page of the runbook: what stands under a heading. The first one has no anchor. */
export interface Page {
  readonly anchor: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)]+)\)/g;

/** Reads code, bold and links out of a line. */
export function inlineOf(text: string): Line {
  const pieces: Inline[] = [];
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > last) pieces.push({ kind: "text", text: text.slice(last, match.index) });
    const [whole, code, strong, name, href] = match;
    if (code !== undefined) pieces.push({ kind: "code", text: code });
    else if (strong !== undefined) pieces.push({ kind: "strong", text: strong });
    else pieces.push({ kind: "link", text: name ?? "", href: href ?? "" });
    last = match.index + whole.length;
  }
  if (last < text.length) pieces.push({ kind: "text", text: text.slice(last) });
  return pieces;
}

/** Reads a runbook as its pages, the introduction first. */
export function pagesOf(text: string): readonly Page[] {
  const [first = "", ...others] = text.split(/^## /m);
  const page = (title: string, body: string): Page => ({ title, anchor: anchorOf(title), blocks: blocksOf(body) });
  const introduction = { title: "", anchor: "", blocks: blocksOf(first.replace(/^# .*\n/, "")) };
  return [
    introduction,
    ...others.map((one) => page(one.slice(0, one.indexOf("\n")).trim(), one.slice(one.indexOf("\n")))),
  ];
}

function blocksOf(body: string): readonly Block[] {
  const groups = body
    .split(/\n{2,}/)
    .map((group) => group.replace(/^\n+|\s+$/g, ""))
    .filter((group) => group !== "");
  return groups.map(blockOf);
}

function blockOf(group: string): Block {
  const lines = group.split("\n");
  if (lines.every((line) => line.startsWith("    "))) {
    return { kind: "code", text: lines.map((line) => line.slice(4)).join("\n") };
  }
  if (lines[0]?.startsWith("|")) {
    const [head = [], , ...rows] = lines.map(cellsOf);
    return { kind: "table", head, rows };
  }
  const ordered = /^\d+\. /.test(lines[0] ?? "");
  if (ordered || lines[0]?.startsWith("- ")) {
    const items: string[] = [];
    for (const line of lines) {
      const item = /^(?:\d+\.|-) (.*)$/.exec(line)?.[1];
      if (item !== undefined) items.push(item);
      else items.push(`${items.pop() ?? ""} ${line.trim()}`);
    }
    return { kind: "list", ordered, items: items.map(inlineOf) };
  }
  return { kind: "paragraph", line: inlineOf(lines.join(" ")) };
}

const cellsOf = (line: string): readonly Line[] =>
  line
    .replace(/^\||\|\s*$/g, "")
    .split("|")
    .map((cell) => inlineOf(cell.trim()));
