import { Argument, type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { ConfigError, readConfig } from "../../infra/config.ts";
import { isSimulatedSystem, SIMULATED_SYSTEMS, type SimulatedSystem } from "../../infra/simulators/systems.ts";
import { EXIT } from "../exit.ts";
import { type SystemAddresses, systemAddresses } from "../running-system.ts";

interface Options {
  readonly down?: number;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly well?: true;
  readonly json?: true;
}

/** A simulator as it is found. */
interface Seen {
  readonly system: SimulatedSystem;
  readonly address: string;
  /** Undefined where nobody answers as a simulator does. */
  readonly switches: Readonly<Record<string, unknown>> | undefined;
  readonly requests: number | undefined;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const ANSWER_MS = 5_000;

/** Adds `ordertrail outside`: the simulators of the outside world and their faults. */
export function register(program: Command): void {
  program
    .command("outside")
    .description("show the simulators of the outside world, and make one slow, failing or down")
    .addArgument(new Argument("[system]", "which one; left out, all").choices(SIMULATED_SYSTEMS))
    .option("--down <time>", "down for so long in business time, such as 30s, 30m, 12h or 15d", duration)
    .option("--set <switch=value>", "a switch of docs/simulators.md; may be said again", switches)
    .option("--well", "switch everything off")
    .option("--json", "print what is so afterwards as JSON")
    .addHelpText(
      "after",
      `
What is set replaces all switches of that system. Real systems have no switches and are left alone.

Examples:
  ordertrail outside
  ordertrail outside carrier --down 15d
  ordertrail outside restaurant --set latencyMs=4000 --set place=sweet-crumbs
  ordertrail outside payment --set answerLost=true --set times=3 --set only=/confirm
  ordertrail outside --well`,
    )
    .action(run);
}

function duration(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) throw new InvalidArgumentError("such as 30s, 30m, 12h or 15d");
  return Number(amount) * (UNITS[unit] ?? 0);
}

function switches(text: string, before: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const [, name, value] = /^([A-Za-z]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("say switch=value");
  const meant =
    value === "true" ? true : value === "false" ? false : /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return { ...before, [name]: meant };
}

async function run(given: string | undefined, { down, set, well, json }: Options): Promise<void> {
  const chosen = given === undefined ? SIMULATED_SYSTEMS : [given].filter(isSimulatedSystem);
  const faults = { ...set, ...(down !== undefined && { downForMs: down }) };
  if (well && Object.keys(faults).length > 0) throw new ConfigError("--well goes with neither --set nor --down");
  const changes = well ? {} : Object.keys(faults).length > 0 ? faults : undefined;
  if (changes !== undefined && !well && given === undefined) throw new ConfigError("say which system");
  const addresses = await systemAddresses(readConfig());
  if (changes !== undefined) {
    for (const system of chosen) await turn(system, controlOf(system, addresses), changes, given !== undefined);
  }
  const seen = await Promise.all(chosen.map((system) => look(system, controlOf(system, addresses))));
  process.stdout.write(json ? `${JSON.stringify(seen, null, 2)}\n` : `${seen.map(line).join("\n")}\n`);
  if (seen.every(({ switches: found }) => found === undefined)) process.exitCode = EXIT.failed;
}

/** Where a simulator has its switches. */
function controlOf(system: SimulatedSystem, addresses: SystemAddresses): string {
  const { paymentUrl, restaurantUrl, courierUrl, carrierUrl, emailControlUrl, smsUrl, pushUrl } = addresses;
  return {
    payment: paymentUrl,
    restaurant: restaurantUrl,
    courier: courierUrl,
    carrier: carrierUrl,
    email: emailControlUrl,
    sms: smsUrl,
    push: pushUrl,
  }[system];
}

/** Sets switches, of a simulator only: nothing is posted to what does not answer as one. */
async function turn(system: SimulatedSystem, address: string, changes: object, must: boolean): Promise<void> {
  if ((await look(system, address)).switches === undefined) {
    if (must) throw new ConfigError(`no simulator of "${system}" answers at ${address}`);
    return;
  }
  const answer = await fetch(`${address}/_switch`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(changes),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (answer.ok) return void (await answer.body?.cancel());
  const { error } = z.object({ error: z.string() }).parse(await answer.json());
  throw new ConfigError(`${system}: ${error}`);
}

const settings = z.looseObject({ latencyMs: z.number(), errorRate: z.number(), down: z.boolean() });

async function look(system: SimulatedSystem, address: string): Promise<Seen> {
  const asked = async (path: string): Promise<unknown> => {
    const answer = await fetch(address + path, { signal: AbortSignal.timeout(ANSWER_MS), redirect: "manual" });
    return await answer.json();
  };
  try {
    const found = settings.parse(await asked("/_switch"));
    const { total } = z.object({ total: z.number() }).parse(await asked("/_log?since=0&limit=1"));
    return { system, address, switches: found, requests: total };
  } catch {
    return { system, address, switches: undefined, requests: undefined };
  }
}

function line({ system, address, switches: found, requests }: Seen): string {
  const name = system.padEnd(10);
  if (found === undefined) return `${name}  ${address}  no simulator answers`;
  const on = Object.entries(found).filter(([, value]) => value !== 0 && value !== false);
  const state = on.length === 0 ? "well" : on.map(([key, value]) => `${key}=${value}`).join(" ");
  return `${name}  ${address}  ${requests} requests  ${state}`;
}
