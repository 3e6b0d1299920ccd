import { readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseSync, Visitor } from "vite";
import type { SourceTree } from "./layering.ts";

/** A message of a language: a text, or a function or list of texts. */
type Leaf = string | ((...args: never[]) => unknown);

/** Messages by their path within their catalogue, such as `shop.findSite`. */
export type Messages = ReadonlyMap<string, Leaf>;

/** One area of the screens in both languages, by the name of its files: `en/<area>.ts` and `de/<area>.ts`. */
export interface Area {
  readonly name: string;
  readonly en: Messages;
  readonly de: Messages;
}

const FOLDER = fileURLToPath(new URL("../web/messages/", import.meta.url));

/** Loads every area of the catalogue. */
export async function loadAreas(): Promise<readonly Area[]> {
  // A file of one language alone says in that language what the server says in English.
  const areas = filesOf("en").map((file) => file.slice(0, -3));
  return Promise.all(
    areas.map(async (name) => ({ name, en: await messagesOf("en", name), de: await messagesOf("de", name) })),
  );
}

const filesOf = (language: string): readonly string[] => readdirSync(FOLDER + language).sort();

async function messagesOf(language: "en" | "de", area: string): Promise<Messages> {
  const found = new Map<string, Leaf>();
  if (!filesOf(language).includes(`${area}.ts`)) return found;
  const file = pathToFileURL(`${FOLDER}${language}/${area}.ts`).href;
  const exported = (await import(file)) as Record<string, unknown>; // whatever it exports
  for (const [name, value] of Object.entries(exported)) {
    if (name.startsWith(language)) collect(value, "", found);
  }
  return found;
}

function collect(value: unknown, path: string, into: Map<string, Leaf>): void {
  if (typeof value === "string" || typeof value === "function") into.set(path, value as Leaf);
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) collect(inner, path === "" ? key : `${path}.${key}`, into);
  }
}

/** What one language has and the other has not, and texts that are empty or were left as they are in English. */
export function faultsOf({ name, en, de }: Area): readonly string[] {
  const faults: string[] = [];
  for (const path of en.keys()) if (!de.has(path)) faults.push(`${name}: ${path} is missing in German`);
  for (const path of de.keys()) if (!en.has(path)) faults.push(`${name}: ${path} is missing in English`);
  for (const [path, text] of en) {
    const german = de.get(path);
    if (text !== "" && german === "") faults.push(`${name}: ${path} is empty`);
    if (typeof text !== typeof german && german !== undefined) faults.push(`${name}: ${path} is not of one kind`);
    if (text === german && typeof text === "string" && wordsIn(text) >= 3)
      faults.push(`${name}: ${path} is not German`);
  }
  return faults;
}

const wordsIn = (text: string): number => text.match(/\p{L}{2,}/gu)?.length ?? 0;

/** The code that may use messages: the pages without their messages and tests. */
export const usersOf = (sources: SourceTree): readonly string[] =>
  [...sources].flatMap(([path, text]) =>
    /^web\/(?!dist\/)/.test(path) && !/^web\/messages\/(en|de)|\.spec\.ts$|\/testing-/.test(path) ? [text] : [],
  );

/**
 * Messages that nothing names. A name counts wherever it stands as a property, in a destructuring or in quotes, and a
 * whole group counts where it is indexed by something computed: this finds what is left over, not every namesake.
 */
export function unusedOf({ name, en }: Area, users: readonly string[]): readonly string[] {
  const text = users.join("\n");
  const named = new Set(text.match(/[A-Za-z_$][\w$]*/g));
  const indexed = new Set([...text.matchAll(/([A-Za-z_$][\w$]*)\??\.?\[(?!\d)/g)].map(([, group]) => group));
  return [...en.keys()].flatMap((path) => {
    const parts = path.split(".").filter((part) => !/^\d+$/.test(part));
    const [key = ""] = parts.slice(-1);
    const groups = parts.slice(0, -1);
    const used =
      named.has(key) || groups.some((group) => indexed.has(group)) || groups.some((group) => LOOKED_UP.has(group));
    return used ? [] : [`${name}: ${path} is used nowhere`];
  });
}

/** Groups that are handed on whole and looked up there. */
const LOOKED_UP: ReadonlySet<string> = new Set(["statuses", "stations", "codes"]);

const SPOKEN = /^(title|placeholder|alt|label|aria-label|aria-description|aria-roledescription)$/;
/** Names that are the same in every language. */
const NAMES = /^(Ordertrail|Deutsch|English|CSV|docs\/)$/;

/** Words that stand in the markup itself, as `file: words`. */
export function hardCodedWords(sources: SourceTree): readonly string[] {
  const found: string[] = [];
  for (const [path, text] of sources) {
    if (!path.startsWith("web/") || !path.endsWith(".tsx")) continue;
    const note = (words: string) => {
      const said = words.trim();
      if (/\p{L}{2,}/u.test(said) && !NAMES.test(said)) found.push(`${path}: ${said}`);
    };
    new Visitor({
      JSXText: ({ value }) => note(value),
      JSXAttribute: ({ name, value }) => {
        if (name.type !== "JSXIdentifier" || !SPOKEN.test(name.name)) return;
        if (value?.type === "Literal" && typeof value.value === "string") note(value.value);
      },
    }).visit(parseSync(path, text).program);
  }
  return found;
}
