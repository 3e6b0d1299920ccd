import type { Command } from "commander";
import { ConfigError } from "../../infra/config.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { ExplainError, type Explanation, explain } from "../../projections/replay/questions/explain.ts";
import { liveSchemas } from "../../projections/runner/generations.ts";
import { EXIT } from "../exit.ts";
import { withEngines } from "../replay/engines.ts";

/** Adds `ordertrail explain`: which events made a row. */
export function register(program: Command): void {
  program
    .command("explain")
    .description("list the events that made a row of a read model, and what each changed in it")
    .argument("<projection>", "which read model")
    .argument("<table>", "its table")
    .argument("<key...>", "the row's primary key, as column=value")
    .option("--json", "print the explanation as JSON")
    .addHelpText(
      "after",
      `
Replays the streams behind the row, with the projection's own handler, in a transaction that is rolled back; at most
5,000 events. Works on DATABASE_URL and EVENTSTORE_URL, or on the system that runs (or ran) on the data folder of
ORDERTRAIL_DATA. Exits with 1 when there is no such row, or when the events do not make it as it is.

Examples:
  ordertrail explain orders orders order_id=71f22668-51bc-57f1-bd85-e3dd6d3796d2
  ordertrail explain availability stock site_id=sweet-crumbs sku=birthday-cake
  ordertrail explain witness heads stream=site-sweet-crumbs --json | jq '.events[].type'`,
    )
    .action(run);
}

async function run(name: string, table: string, given: readonly string[], { json }: { json?: true }): Promise<void> {
  const key = keyOf(given);
  const projection = PROJECTIONS.find((one) => one.name === name);
  if (projection === undefined) {
    throw new ConfigError(
      `there is no projection "${name}"; there are: ${PROJECTIONS.map((one) => one.name).join(", ")}`,
    );
  }
  await withEngines(
    async ({ pool, store }) => {
      const live = await liveSchemas(pool).of(name);
      const told = await explain({ pool, store, projection, live, table, key }).catch((error: unknown) => {
        throw error instanceof ExplainError ? new ConfigError(error.message, { cause: error }) : error;
      });
      if (!told.complete) process.exitCode = EXIT.failed;
      process.stdout.write(json ? `${JSON.stringify(told, null, 2)}\n` : `${lines(told).join("\n")}\n`);
    },
    { forPeople: true },
  );
}

function keyOf(given: readonly string[]): Record<string, string> {
  const pairs = given.map((text) => {
    const [, column, value] = /^([a-z][a-z0-9_]*)=(.*)$/s.exec(text) ?? [];
    if (column === undefined || value === undefined) throw new ConfigError(`"${text}" is not column=value`);
    return [column, value] as const;
  });
  return Object.fromEntries(pairs);
}

function lines({ table, key, row, events, truncated, complete, position }: Explanation): string[] {
  const name = `${table} ${Object.entries(key)
    .map(([column, value]) => `${column}=${value}`)
    .join(" ")}`;
  const told = events.flatMap((event) => [
    `${event.position}  ${event.at}  ${event.type}  (${event.stream}, revision ${event.revision})`,
    ...(event.failure === undefined ? [] : [`    not handled, the stream is parked from here on: ${event.failure}`]),
    ...Object.entries(event.changes).map(([column, { from, to }]) => `    ${column}: ${short(from)} → ${short(to)}`),
  ]);
  return [...told, verdict(name, { row, truncated, complete, events, position })];
}

function verdict(
  name: string,
  {
    row,
    truncated,
    complete,
    events,
    position,
  }: Pick<Explanation, "row" | "truncated" | "complete" | "events" | "position">,
): string {
  const at = `at position ${position}`;
  if (truncated) return `There are more than these ${events.length} events: the rest is not shown.`;
  if (complete) return `These ${events.length} events make ${name} exactly as it is, ${at}.`;
  if (row === undefined && events.length === 0) return `There is no row ${name}, and no event speaks of it, ${at}.`;
  if (row === undefined) return `There is no row ${name} ${at}: these events do not make one, or have taken it away.`;
  return `The row ${name} is NOT what these ${events.length} events make, ${at}.`;
}

const short = (value: string | null): string => {
  if (value === null) return "null";
  return value.length > 160 ? `${value.slice(0, 160)}…` : value;
};
