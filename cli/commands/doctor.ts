import { styleText } from "node:util";
import type { Command } from "commander";
import { readConfigWithFaults } from "../../infra/config.ts";
import { brokerProbe } from "../doctor/broker.ts";
import { configurationProbe } from "../doctor/configuration.ts";
import { consumersProbe } from "../doctor/consumers.ts";
import { eventFileProbe } from "../doctor/event-file.ts";
import { eventStoreProbe } from "../doctor/event-store.ts";
import { type Finding, findingsOf, type Level, type Probe } from "../doctor/finding.ts";
import { machineProbe } from "../doctor/machine.ts";
import { outsideProbe } from "../doctor/outside.ts";
import { postgresProbe } from "../doctor/postgres.ts";
import { reconciliationProbe } from "../doctor/reconciliation.ts";
import { systemProbe } from "../doctor/system.ts";
import { EXIT } from "../exit.ts";
import { systemAddresses } from "../running-system.ts";

const PROBES: readonly Probe[] = [
  machineProbe,
  configurationProbe,
  postgresProbe,
  eventStoreProbe,
  brokerProbe,
  systemProbe,
  consumersProbe,
  outsideProbe,
  reconciliationProbe,
];

interface DoctorOptions {
  readonly json?: true;
  readonly deep?: true;
}

/** Adds `ordertrail doctor`: what is wrong with this installation, and how to mend it. */
export function register(program: Command): void {
  program
    .command("doctor")
    .description("look at everything the system needs and say what is wrong and how to mend it")
    .option("--deep", "also read the event node's file to its end")
    .option("--json", "print the findings as JSON")
    .addHelpText(
      "after",
      `
Works on DATABASE_URL and EVENTSTORE_URL, or on the system that runs (or ran) on the data folder of ORDERTRAIL_DATA;
with everything down as well. It changes nothing. Each line is ok, a warning or a problem.
Exits with 1 when there is a problem, with 0 otherwise, warnings or not.

Examples:
  ordertrail doctor
  ordertrail doctor --json | jq '.findings[] | select(.level != "ok")'`,
    )
    .action(doctor);
}

async function doctor({ json, deep }: DoctorOptions): Promise<void> {
  const { config, faults } = readConfigWithFaults();
  const addresses = await systemAddresses(config);
  const examined = { config, faults, env: process.env, addresses, deep: deep === true };
  const findings = (await Promise.all(PROBES.map((probe) => findingsOf(probe, examined)))).flat();
  // Afterwards: reading a large file would make the others late, and their clocks seem wrong.
  findings.push(...(await findingsOf(eventFileProbe, examined)));
  process.exitCode = findings.some(({ level }) => level === "problem") ? EXIT.failed : EXIT.ok;
  if (json) process.stdout.write(`${JSON.stringify({ ...tally(findings), findings }, null, 2)}\n`);
  else process.stdout.write(report(findings));
  // A probe that was given up may hold a connection open.
  setTimeout(() => process.exit(), ENDED_WITHIN_MS).unref();
}

const ENDED_WITHIN_MS = 1_000;

const COLOURS = { ok: "green", warning: "yellow", problem: "red" } as const satisfies Record<Level, string>;

/** The findings as text, a line each; what to do stands below. */
function report(findings: readonly Finding[]): string {
  const wide = Math.max(...findings.map(({ area }) => area.length));
  const lines = findings.flatMap(({ area, level, what, fix }) => {
    const said = styleText(COLOURS[level], level.padEnd(7), { stream: process.stdout });
    const line = `${said}  ${area.padEnd(wide)}  ${what}`;
    return fix === undefined ? [line] : [line, `${" ".repeat(wide + 11)}→ ${fix}`];
  });
  const { problems, warnings } = tally(findings);
  return `${lines.join("\n")}\n\n${counted(problems, "problem")}, ${counted(warnings, "warning")}\n`;
}

const tally = (findings: readonly Finding[]) => ({
  problems: findings.filter(({ level }) => level === "problem").length,
  warnings: findings.filter(({ level }) => level === "warning").length,
});

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;
