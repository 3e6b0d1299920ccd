import { type Command, InvalidArgumentError } from "commander";
import { clockFor } from "../../infra/clock.ts";
import { liveSchemas } from "../../projections/runner/generations.ts";
import { type Radar, type StuckOrder, stuckOrders } from "../../read-api/radar/stuck-orders.ts";
import { withEngines } from "../replay/engines.ts";

/** Adds `ordertrail stuck`: which orders stand still. */
export function register(program: Command): void {
  program
    .command("stuck")
    .description("open orders that have stood in their step for longer than 99% of their kind, and whom they wait for")
    .option("--limit <orders>", "at most so many, the worst first", count, 50)
    .option("--json", "print them as JSON")
    .addHelpText(
      "after",
      `
A kind is a kind of site, a way of delivery and a step. It is measured on the newest 10,000 orders of the last 28 days; with
fewer than 100 orders of a kind the business's own deadline is taken, and the line says so. Nothing under 10 s is shown.
At most the 5,000 oldest open orders are looked at. GET /api/radar/stuck-orders answers the same.

Works on DATABASE_URL and EVENTSTORE_URL, or on the system that runs (or ran) on the data folder of ORDERTRAIL_DATA.

Examples:
  ordertrail stuck
  ordertrail stuck --json | jq '.orders[] | select(.waitingFor.whom == "carrier") | .orderId'`,
    )
    .action(run);
}

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 500) throw new InvalidArgumentError("from 1 to 500");
  return number;
}

async function run({ limit, json }: { limit: number; json?: true }): Promise<void> {
  await withEngines(
    async ({ pool, config }) => {
      const radar = await stuckOrders({ pool, schemas: liveSchemas(pool) }, clockFor(config).now(), limit);
      process.stdout.write(json ? `${JSON.stringify(radar, null, 2)}\n` : `${lines(radar).join("\n")}\n`);
    },
    { forPeople: true },
  );
}

function lines({ orders, looked, more }: Radar): string[] {
  const verdict = `${orders.length} of ${looked} open orders stand still${more ? "; there are further ones" : ""}`;
  return [...orders.flatMap(linesOf), verdict];
}

function linesOf({ orderId, kind, method, step, forMs, limitMs, basis, samples, waitingFor }: StuckOrder): string[] {
  const held = basis === "p99" ? `99% take less than ${long(limitMs)}` : `deadline ${long(limitMs)}, ${samples} known`;
  const waits = waitingFor && `    waits for ${waitingFor.whom}: ${waitingFor.what}`;
  const next = waitingFor?.next === undefined ? "" : `, next ${waitingFor.next}`;
  return [
    `${orderId}  ${step} for ${long(forMs)}  (${kind}, ${method}; ${held})`,
    ...(waits === undefined ? [] : [`${waits}${next}`]),
  ];
}

/** A duration in the two largest units that it has. */
function long(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
