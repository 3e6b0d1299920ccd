import { type Command, InvalidArgumentError } from "commander";
import { DIFFERENCES, type Found } from "../../commands/reconciliation/difference.ts";
import { type Reconciled, reconcile } from "../../commands/reconciliation/reconcile.ts";
import { Reports } from "../../commands/reconciliation/reports.ts";
import { clockFor, toInstant } from "../../infra/clock.ts";
import { ConfigError, readConfig } from "../../infra/config.ts";
import { createLog } from "../../infra/log.ts";
import { EXIT } from "../exit.ts";
import { untilStopped, withEngines } from "../replay/engines.ts";
import { foundation } from "../roles/foundation.ts";
import { reconciliationOf } from "../roles/reconciliation.ts";
import { systemAddresses } from "../running-system.ts";

interface Options {
  readonly since?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Adds `ordertrail reconcile`: compares the books of the outside with the orders. */
export function register(program: Command): void {
  const reconciling = program
    .command("reconcile")
    .description(
      "compare captures, refunds and parcels outside with the orders, and tell the orders what they do not know",
    )
    .option("--since <when>", "from when on: a time (RFC 3339), or how long ago, such as 90m, 12h or 7d", since)
    .option("--dry-run", "only say what differs; nothing is written")
    .option("--json", "print the outcome as JSON")
    .addHelpText(
      "after",
      `
The workers do the same every RECONCILE_EVERY_MS; GET /api/reconciliation shows what was found. Without --since it begins
an hour before the last look ended. What has happened outside and is safe to record is told to its order: a capture, a
refund, a refund that failed later, a booking, a shipment; the processes then do what the order is owed. What concerns
money or goods in a way that only a person can judge is reported and never changed.

Works on the system of DATABASE_URL and EVENTSTORE_URL, or on the one that runs on the data folder of ORDERTRAIL_DATA, and
asks the systems at PAYMENT_URL and CARRIER_URL. Exits with 1 when something differs that was not mended.

Examples:
  ordertrail reconcile --dry-run
  ordertrail reconcile --since 7d
  ordertrail reconcile settle captured_twice pi_3f0c --by maria
  ordertrail reconcile --since 2026-11-20T00:00:00Z --json | jq '.differences[] | select(.alarm)'`,
    )
    .action(run);

  reconciling
    .command("settle")
    .description("note that somebody has seen to a difference: it is not open any more")
    .argument("<kind>", "as the report names it, such as captured_twice")
    .argument("<reference>", "what the outside calls it, such as pi_…")
    .option("--by <name>", "who you are", "command")
    .option("--json", "print the outcome as JSON")
    .action(settle);
}

async function settle(
  kind: string,
  reference: string,
  { by, json }: { readonly by: string; readonly json?: true },
): Promise<void> {
  await withEngines(
    async ({ pool, config }) => {
      const settled = await new Reports(pool).settle(kind, reference, by, clockFor(config).now());
      const said = settled ? `settled ${kind} ${reference}` : `${kind} ${reference} is not open`;
      process.stdout.write(`${json ? JSON.stringify({ kind, reference, settled }) : said}\n`);
      if (!settled) process.exitCode = EXIT.failed;
    },
    { forPeople: true },
  );
}

function since(text: string): number {
  const [, amount, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const at = amount && unit ? Date.now() - Number(amount) * (UNITS[unit] ?? 0) : Date.parse(text);
  if (Number.isNaN(at)) throw new InvalidArgumentError("a time such as 2026-11-20T00:00:00Z, or 90m, 12h or 7d");
  if (at > Date.now()) throw new InvalidArgumentError("it lies in the future");
  return at;
}

async function run({ since: from, dryRun = false, json }: Options): Promise<void> {
  const given = readConfig();
  const { DATABASE_URL, EVENTSTORE_URL, paymentUrl, carrierUrl } = await systemAddresses(given);
  if (DATABASE_URL === undefined || EVENTSTORE_URL === undefined) {
    throw new ConfigError(
      `no system was found at ${given.ORDERTRAIL_DATA}: start "ordertrail up", or set DATABASE_URL and EVENTSTORE_URL`,
    );
  }
  const config = { ...given, DATABASE_URL, EVENTSTORE_URL, PAYMENT_URL: paymentUrl, CARRIER_URL: carrierUrl };
  const debugged = ["debug", "trace"].includes(config.LOG_LEVEL);
  const log = createLog("reconcile", debugged ? config.LOG_LEVEL : "silent");
  const base = await foundation(config, "workers", log);
  const { work, close } = reconciliationOf(base, config, log);
  try {
    const done = await reconcile(work, { from, dryRun, signal: untilStopped(), held: () => true });
    process.stdout.write(json ? `${JSON.stringify(shown(done), null, 2)}\n` : `${lines(done, dryRun).join("\n")}\n`);
    if (done.differences.some(({ mended }) => !mended)) process.exitCode = EXIT.failed;
  } finally {
    close();
    await base.close();
  }
}

const shown = ({ from, until, counts, differences }: Reconciled) => ({
  from: toInstant(from),
  until: toInstant(until),
  counts,
  differences: differences.map((one) => ({ ...one, at: toInstant(one.at), ...DIFFERENCES[one.kind] })),
});

function lines({ from, until, counts, differences }: Reconciled, dryRun: boolean): string[] {
  const { intents, refunds, parcels, stuck, found, mended } = counts;
  const looked = `${intents} captures, ${refunds} refunds and ${parcels} parcels from ${toInstant(from)} until ${toInstant(until)}`;
  const open = `${stuck} orders that have been open for long were asked about`;
  const verdict =
    found === 0
      ? "nothing differs"
      : `${found} ${found === 1 ? "difference" : "differences"}, ${dryRun ? "nothing was changed" : `${mended} mended`}`;
  return [`looked at ${looked}; ${open}`, ...differences.map(line), verdict];
}

function line({ kind, reference, orderId, inOrder, outside, currency, mended }: Found): string {
  const { alarm, text } = DIFFERENCES[kind];
  const state = mended ? "mended" : alarm ? "ALARM " : "open  ";
  const amounts = outside === undefined ? "" : `  order ${inOrder ?? "-"}, outside ${outside} ${currency ?? ""}`;
  return `${state}  ${kind}  ${reference}  order ${orderId ?? "unknown"}${amounts}  (${text})`;
}
