import { type Command, InvalidArgumentError } from "commander";
import { owedPolicy } from "../../commands/processes/owed-by-all.ts";
import { type OwedEffect, type OwedOverStream, owedOverStream } from "../../commands/processes/owed-over-stream.ts";
import { describeOwed } from "../../commands/processes/runner/describe-owed.ts";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { orderStream } from "../../domain/order/events.ts";
import { ConfigError, readConfig } from "../../infra/config.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import { systemAddresses } from "../running-system.ts";

/** An order's stream, as much as is looked at. */
const MOST_EVENTS = 5_000;

/** The last event that counts: by its position in the log, or by its time. */
type At = { readonly position: bigint } | { readonly time: number };

/** Adds `ordertrail owed`: what every process manager would do for an order, without doing it. */
export function register(program: Command): void {
  program
    .command("owed")
    .description("replay every process manager dry over an order: what each would owe after each event")
    .argument("<orderId>", "which order")
    .option("--at <position|time>", "only events up to this position of the log, or up to this time (RFC 3339)", at)
    .option("--json", "print the replay as JSON")
    .addHelpText(
      "after",
      `
Reads the order's stream and asks the process managers' pure functions; nothing is carried out, written or asked of
anybody. "+" stands before what is owed since an event, "-" before what is not owed any more. Deadlines and polls follow
this installation's settings. Works on EVENTSTORE_URL, or on the system of the data folder ORDERTRAIL_DATA. Exits with 2
when there is no such order.

Examples:
  ordertrail owed 71f22668-51bc-57f1-bd85-e3dd6d3796d2
  ordertrail owed 71f22668-51bc-57f1-bd85-e3dd6d3796d2 --at 2026-11-21T19:30:00Z
  ordertrail owed 71f22668-51bc-57f1-bd85-e3dd6d3796d2 --json | jq '.left[] | select(.process == "payment")'`,
    )
    .action(run);
}

function at(text: string): At {
  if (/^\d{1,19}$/.test(text)) return { position: BigInt(text) };
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new InvalidArgumentError("a position of the log, or a time such as 2026-11-21T19:30:00Z");
  return { time };
}

async function run(orderId: string, options: { readonly at?: At; readonly json?: true }): Promise<void> {
  const config = readConfig();
  const { EVENTSTORE_URL } = await systemAddresses(config);
  if (EVENTSTORE_URL === undefined) {
    throw new ConfigError(
      `no system was found at ${config.ORDERTRAIL_DATA}: start "ordertrail up", or set EVENTSTORE_URL`,
    );
  }
  const store = createEventStore({ url: EVENTSTORE_URL, timeoutMs: config.EVENTSTORE_TIMEOUT_MS });
  try {
    const events = await store.readStream(orderStream(orderId), { limit: MOST_EVENTS });
    if (events.length === 0) throw new ConfigError(`there is no order ${orderId}`);
    const replay = owedOverStream(events.filter(upTo(options.at)), owedPolicy(config));
    process.stdout.write(
      options.json ? `${JSON.stringify({ orderId, ...replay }, null, 2)}\n` : `${lines(replay).join("\n")}\n`,
    );
  } finally {
    await store.close();
  }
}

function upTo(last: At | undefined): (event: RecordedEvent) => boolean {
  if (last === undefined) return () => true;
  if ("position" in last) return ({ position }) => position.commit <= last.position;
  return ({ metadata }) => Date.parse(metadata.at) <= last.time;
}

function lines({ events, left }: OwedOverStream): string[] {
  const told = events.flatMap(({ revision, at: time, type, owed, gone }) => [
    `${revision.padStart(3)}  ${time}  ${type}`,
    ...gone.map((id) => `      - ${id}`),
    ...owed.map((effect) => `      + ${describe(effect)}`),
  ]);
  if (left.length === 0) return [...told, "", "Nothing is owed."];
  return [
    ...told,
    "",
    "Owed in the end, unless it was carried out already:",
    ...left.map((one) => `  ${describe(one)}`),
  ];
}

const describe = ({ process: by, dueAt, ...effect }: OwedEffect): string =>
  `${by}: ${describeOwed({ ...effect, dueAt: Date.parse(dueAt) })}`;
