import { parseSync, Visitor } from "vite";
import type { SourceTree } from "./layering.ts";

/**
 * The Postgres schemas of business processes, with where the code of each lies. `runner` and `ordertrail` are shared
 * infrastructure; read models have a schema for each generation, whose name stands in no source.
 */
const OWNERS: Readonly<Record<string, RegExp>> = {
  payment: /^commands\/processes\/payment[./-]/,
  restaurant: /^commands\/processes\/restaurant[./-]/,
  courier: /^commands\/processes\/courier[./-]/,
  stock: /^commands\/processes\/stock[./-]/,
  fraud: /^commands\/processes\/fraud[./-]/,
  notification: /^commands\/processes\/notification[./-]/,
  reconciliation: /^commands\/reconciliation\//,
  keys: /^infra\/keys\//,
  realtime: /^realtime\/(?!client\/)/,
};

const SCHEMA = Object.keys(OWNERS).join("|");
const NAME = `"?(${SCHEMA})"?`;

const STATEMENT =
  /\b(?:select\b|insert\s+into\b|update\s+\S+(?:\s+as\s+\w+|\s+\w+)?\s+set\b|delete\s+from\b|merge\s+into\b|truncate\b|(?:create|alter|drop)\s+\w+|lock\s+table\b|copy\s+\S|comment\s+on\b|grant\s)/i;
/** Within a statement: `payment.effects`, `SCHEMA payment`, `search_path = payment`. */
const WITHIN_STATEMENT = new RegExp(
  `(?<![\\w.])${NAME}\\s*\\.\\s*"?\\w|\\bschema\\s+(?:if\\s+(?:not\\s+)?exists\\s+)?${NAME}(?![\\w.])`,
  "gi",
);
/** Where a table stands, also in a part of a statement. */
const TABLE_PLACE = new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE|TABLE|REFERENCES|ONLY|USING)\\s+${NAME}\\s*\\.`, "g");
const SEARCH_PATH = new RegExp(`\\bsearch_path\\b[^;]*?\\b(${SCHEMA})\\b`, "gi");
/** An event type such as 'payment.confirmed' is a value, and no table. */
const QUOTED = /'(?:[^']|'')*'/g;

/** A line per breach, `file:line: reason`: SQL that names the schema of another module. Tests may look anywhere. */
export function schemaBreaches(tree: SourceTree): string[] {
  return [...tree].filter(([path]) => !isTest(path)).flatMap(([path, text]) => breachesOf(path, text));
}

const isTest = (path: string): boolean => path.startsWith("test/") || /\.spec\.tsx?$/.test(path);

function breachesOf(path: string, text: string): string[] {
  const breaches = new Set<string>();
  const note = (schema: string | undefined, offset: number) => {
    const owner = OWNERS[schema?.toLowerCase() ?? ""];
    if (schema === undefined || owner === undefined || owner.test(path)) return;
    const line = text.slice(0, offset).split("\n").length;
    breaches.add(`${path}:${line}: SQL names the schema ${schema.toLowerCase()}, which belongs to another module`);
  };
  const { program, errors } = parseSync(path, text, { astType: "ts", sourceType: "module" });
  const [fault] = errors;
  if (fault !== undefined) throw new Error(`${path} cannot be parsed: ${fault.message}`);
  new Visitor({
    Literal: (node) => {
      if (typeof node.value === "string") look(text.slice(node.start, node.end), node.start, note);
    },
    TemplateLiteral: (node) => look(withoutExpressions(text, node), node.start, note),
    CallExpression: (node) => {
      const { callee } = node;
      if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
      const [first] = node.arguments;
      if (callee.property.name === "withSchema" && first?.type === "Literal" && typeof first.value === "string") {
        note(first.value, first.start);
      }
    },
  }).visit(program);
  return [...breaches];
}

function look(source: string, start: number, note: (schema: string | undefined, offset: number) => void): void {
  // Values are blanked and not cut out: what follows them keeps its line.
  const sql = source.replace(QUOTED, (value, at: number) => (at === 0 ? value : value.replace(/[^\n]/g, " ")));
  const patterns = STATEMENT.test(sql) ? [WITHIN_STATEMENT, TABLE_PLACE] : [TABLE_PLACE];
  for (const pattern of [...patterns, SEARCH_PATH]) {
    for (const match of sql.matchAll(pattern)) {
      note(match[1] ?? match[2], start + match.index + match[0].search(/\S/));
    }
  }
}

/** The text of a template with its expressions blanked: they are looked at on their own. */
function withoutExpressions(
  text: string,
  { start, end, expressions }: { start: number; end: number; expressions: readonly { start: number; end: number }[] },
): string {
  let out = text.slice(start, end);
  for (const inner of expressions) {
    const blank = text.slice(inner.start, inner.end).replace(/[^\n]/g, "_");
    out = out.slice(0, inner.start - start) + blank + out.slice(inner.end - start);
  }
  return out;
}
