import { ConfigError } from "../../infra/config.ts";
import { countLetters, findLetter, listLetters } from "../../infra/dead-letters/letters.ts";
import { rulesWaiting } from "../../infra/dead-letters/rules.ts";
import { withEngines } from "../replay/engines.ts";
import { type FilterOptions, filterOf, letterId } from "./filter-options.ts";
import { letterLines, listLines } from "./text.ts";

interface Json {
  readonly json?: true;
}

interface ListOptions extends FilterOptions, Json {
  readonly state: "parked" | "redriven" | "discarded" | "all";
  readonly limit: number;
}

/** Lists letters with counts. */
export async function listCommand({ state, limit, json, ...options }: ListOptions): Promise<void> {
  const filter = { ...filterOf(options), ...(state === "all" ? {} : { state }) };
  await withEngines(
    async ({ pool }) => {
      const [letters, counts] = await Promise.all([listLetters(pool, filter, { limit }), countLetters(pool, filter)]);
      print(json ? JSON.stringify({ counts, letters }, null, 2) : listLines(letters, counts, state).join("\n"));
    },
    { forPeople: true },
  );
}

/** Shows one letter. */
export async function showCommand(id: string, { json }: Json): Promise<void> {
  const asked = letterId(id);
  await withEngines(
    async ({ pool }) => {
      const letter = await findLetter(pool, asked);
      if (letter === undefined) throw new ConfigError(`there is no dead letter ${id}`);
      print(json ? JSON.stringify(letter, null, 2) : letterLines(letter).join("\n"));
    },
    { forPeople: true },
  );
}

/** Says what is redriven by itself. */
export async function rulesCommand({ json }: Json): Promise<void> {
  await withEngines(
    async ({ pool }) => {
      const rules = await rulesWaiting(pool);
      const lines = rules.map(({ name, says, waiting }) => `${name}  (${waiting} parked)\n    ${says}`);
      print(json ? JSON.stringify({ rules }, null, 2) : lines.join("\n"));
    },
    { forPeople: true },
  );
}

const print = (text: string) => process.stdout.write(`${text}\n`);
