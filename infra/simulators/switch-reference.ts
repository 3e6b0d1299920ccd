import { z } from "zod";
import { COMMON_SWITCHES, SWITCH_GROUPS, type SwitchGroup } from "./base/switches.ts";

const BEARERS: Readonly<Record<SwitchGroup, string>> = {
  place: "restaurants, couriers",
  lookup: "carrier",
  webhooks: "carrier",
};

/** What the schema says of one switch. */
interface Property {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
}

/** The table of switches of docs/simulators.md as Markdown, made from their schemas. */
export function switchReference(): string {
  const groups = Object.entries(SWITCH_GROUPS) as [SwitchGroup, z.ZodRawShape][]; // the object's own keys
  const rows = [
    ...rowsOf(COMMON_SWITCHES, "all"),
    ...groups.flatMap(([group, shape]) => rowsOf(shape, BEARERS[group])),
  ];
  return ["| switch | takes | what it does | of |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function rowsOf(shape: z.ZodRawShape, bearers: string): string[] {
  const schema = z.toJSONSchema(z.object(shape), { io: "input" });
  // JSON Schema's own type allows `true` for a property, which no switch is.
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Property>);
  return properties.map(([name, { type, description }]) => `| \`${name}\` | ${type} | ${description} | ${bearers} |`);
}

if (import.meta.main) process.stdout.write(`${switchReference()}\n`);
