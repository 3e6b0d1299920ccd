import { posix } from "node:path";
import { parseSync, Visitor } from "vite";

/** One import of a project file by another. */
export interface ImportEdge {
  /** Paths from the project's root, with forward slashes. */
  readonly from: string;
  readonly to: string;
  readonly line: number;
  /** Gone at run time: only types are taken. */
  readonly typeOnly: boolean;
}

/** Source text by path from the project's root. */
export type SourceTree = ReadonlyMap<string, string>;

type Reach = "values" | "types";

/**
 * What each layer may import besides itself. The most specific layer of a path counts: `realtime/client` is code for
 * browsers, and not of `realtime`.
 */
const MAY_IMPORT: Readonly<Record<string, Readonly<Record<string, Reach>>>> = {
  domain: {},
  infra: { domain: "values" },
  commands: { domain: "values", infra: "values" },
  projections: { domain: "values", infra: "values" },
  "read-api": { domain: "values", infra: "values", projections: "values" },
  realtime: { domain: "values", infra: "values", projections: "values" },
  "realtime/client": { domain: "types" },
  web: { "realtime/client": "values", domain: "values" },
};

/**
 * What is spoken between server and browser: written once, free of Node, and taken by both sides. Types of principals
 * and views; the protocol of the WebSocket with its constants.
 */
const SPOKEN: ReadonlySet<string> = new Set([
  "realtime/protocol.ts",
  "projections/views.ts",
  "projections/buyer-views.ts",
  "infra/auth/principal.ts",
]);
const BROWSER: ReadonlySet<string> = new Set(["web", "realtime/client"]);

/** The composition root, and what exercises everything. */
const UNBOUND = new Set(["cli", "test", ""]);

/** Every import between files of the tree, type imports and `import()` included. */
export function importsOf(tree: SourceTree): ImportEdge[] {
  return [...tree].flatMap(([from, text]) => edgesOf(from, text, tree));
}

/** A line per breach, `file:line: reason`, in the order of the files. */
export function layerBreaches(edges: readonly ImportEdge[]): string[] {
  return edges.flatMap((edge) => {
    const reason = breachOf(edge);
    return reason === undefined ? [] : [`${edge.from}:${edge.line}: ${reason}`];
  });
}

/** Each circle of imports as `file:line → file:line → … → file`, one for every group of files that hang together. */
export function importCircles(edges: readonly ImportEdge[]): string[] {
  const outgoing = Map.groupBy(edges, (edge) => edge.from);
  const done = new Set<string>();
  const circles: string[] = [];
  const path: ImportEdge[] = [];
  const onPath = new Set<string>();
  const visit = (file: string): void => {
    onPath.add(file);
    for (const edge of outgoing.get(file) ?? []) {
      if (edge.to === edge.from || done.has(edge.to)) continue;
      path.push(edge);
      if (onPath.has(edge.to)) {
        const start = path.findIndex((step) => step.from === edge.to);
        circles.push([...path.slice(start).map((step) => `${step.from}:${step.line}`), edge.to].join(" → "));
      } else visit(edge.to);
      path.pop();
    }
    onPath.delete(file);
    done.add(file);
  };
  for (const file of outgoing.keys()) if (!done.has(file)) visit(file);
  return circles;
}

function breachOf({ from, to, typeOnly }: ImportEdge): string | undefined {
  const [layer, target] = [layerOf(from), layerOf(to)];
  if (layer === target || UNBOUND.has(layer)) return undefined;
  if (BROWSER.has(layer) && SPOKEN.has(to)) return undefined;
  if (target === "test" && /\.spec\.tsx?$/.test(from)) return undefined;
  const reach = MAY_IMPORT[layer]?.[target];
  if (reach === "values" || (reach === "types" && typeOnly)) return undefined;
  if (reach === "types") return `${layer} may take types only from ${target}, not values (${to})`;
  return `${layer || "this file"} must not import from ${target || "the project's root"} (${to})`;
}

function layerOf(path: string): string {
  const folders = path.split("/").slice(0, -1);
  const two = folders.slice(0, 2).join("/");
  return two in MAY_IMPORT ? two : (folders[0] ?? "");
}

function edgesOf(from: string, text: string, tree: SourceTree): ImportEdge[] {
  const { program, errors } = parseSync(from, text, { astType: "ts", sourceType: "module" });
  const [fault] = errors;
  if (fault !== undefined) throw new Error(`${from} cannot be parsed: ${fault.message}`);
  const edges: ImportEdge[] = [];
  const add = (specifier: unknown, offset: number, typeOnly: boolean) => {
    const to = typeof specifier === "string" ? resolve(from, specifier, tree) : undefined;
    if (to !== undefined) edges.push({ from, to, line: lineAt(text, offset), typeOnly });
  };
  new Visitor({
    ImportDeclaration: (node) =>
      add(node.source.value, node.start, node.importKind === "type" || onlyTypes(node.specifiers)),
    ExportNamedDeclaration: (node) => add(node.source?.value, node.start, node.exportKind === "type"),
    ExportAllDeclaration: (node) => add(node.source.value, node.start, node.exportKind === "type"),
    ImportExpression: (node) => add(node.source.type === "Literal" && node.source.value, node.start, false),
    TSImportType: (node) => add(node.source.value, node.start, true),
  }).visit(program);
  return edges;
}

/** `import { type A, type B }` takes types only, as `import type` does; `import {}` and `import "x"` run the file. */
const onlyTypes = (specifiers: readonly { type: string; importKind?: string | undefined }[]): boolean =>
  specifiers.length > 0 && specifiers.every((one) => one.importKind === "type");

function resolve(from: string, specifier: string, tree: SourceTree): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const path = posix.join(posix.dirname(from), specifier);
  return [path, `${path}.ts`, `${path}.tsx`, path.replace(/\.js$/, ".ts")].find((candidate) => tree.has(candidate));
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;
