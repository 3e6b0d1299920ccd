import { z } from "zod";
import { settings } from "./config.ts";

/** The reference of all settings as Markdown, made from their schema: docs/configuration.md is this text. */
export function configurationReference(): string {
  const schema = z.toJSONSchema(settings, { io: "input", unrepresentable: "any" });
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const { description = "", default: byDefault } = property as { description?: string; default?: unknown };
    return `| \`${name}\` | ${description.replaceAll("|", "\\|")} | ${shown(name, byDefault)} |`;
  });
  return [
    "# Configuration",
    "",
    "Settings are environment variables, checked at start; a faulty one is named and nothing starts. This page is made",
    "from `infra/config.ts` by `npm run docs:config`.",
    "",
    "| variable | what it is | default |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function shown(name: string, byDefault: unknown): string {
  // The name of this process differs from machine to machine.
  if (name === "INSTANCE") return "host name and process id";
  if (byDefault === undefined || byDefault === "") return "";
  return `\`${typeof byDefault === "string" ? byDefault : JSON.stringify(byDefault)}\``;
}

if (import.meta.main) process.stdout.write(configurationReference());
