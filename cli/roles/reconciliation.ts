import { DEFAULT_GUARDS, Guards } from "../../commands/gateways/guards.ts";
import { FactRecorder } from "../../commands/processes/facts.ts";
import { keepCalendar } from "../../commands/reconciliation/calendar.ts";
import { HttpCarrierBooks } from "../../commands/reconciliation/carrier-books.ts";
import { type Reconciliation, reconcile } from "../../commands/reconciliation/reconcile.ts";
import { Reports } from "../../commands/reconciliation/reports.ts";
import { StripeBooks } from "../../commands/reconciliation/stripe-books.ts";
import { StreamMemory } from "../../commands/writing/stream-memory.ts";
import type { Config } from "../../infra/config.ts";
import type { Log } from "../../infra/log.ts";
import { paidOrders } from "../../projections/analytics/paid-orders.ts";
import { openOrders } from "../../projections/orders/open-orders.ts";
import type { Foundation } from "./foundation.ts";

/** Most requests that one call makes. */
const REQUESTS_A_CALL = 3;

/** Reconciliation over the configured outside systems and the read models; `close` ends what it keeps open. */
export function reconciliationOf(
  { pool, store, schemas, writer, clock, fingerprintKey }: Foundation,
  config: Config,
  log: Log,
): { readonly work: Reconciliation; close(): void } {
  // Circuits and places of its own: long lists take nothing away from payments, and their failures are not theirs.
  const guards = new Guards({ ...DEFAULT_GUARDS, timeoutMs: REQUESTS_A_CALL * config.OUTSIDE_TIMEOUT_MS });
  const work: Reconciliation = {
    payments: new StripeBooks(config),
    carrier: new HttpCarrierBooks(config),
    orders: {
      paid: (from, until, after) => paidOrders(pool, schemas, from, until, after),
      open: (placedBefore, limit) => openOrders(pool, schemas, placedBefore, limit),
    },
    // A memory of its own: thousands of settled orders would drive out those that the processes are working on.
    memory: new StreamMemory(store),
    facts: new FactRecorder(writer, clock, fingerprintKey),
    guards,
    reports: new Reports(pool),
    clock,
    log,
    policy: { settledMs: config.RECONCILE_SETTLED_MS, lookBackMs: config.RECONCILE_LOOK_BACK_MS },
  };
  return { work, close: () => guards.close() };
}

/** What compares the books goes by this name: it is no consumer, but runs alone by `--only` as consumers do. */
export const RECONCILIATION = "reconciliation";

/** Compares the books of the outside with the orders again and again, in one process at a time, until the signal. */
export async function keepReconciling(base: Foundation, config: Config, log: Log, signal: AbortSignal): Promise<void> {
  const { INSTANCE: instance, LEASE_MS: leaseMs, RECONCILE_EVERY_MS: everyMs } = config;
  if (everyMs === 0) return;
  const { pool, clock } = base;
  const { work, close } = reconciliationOf(base, config, log);
  await keepCalendar({
    name: RECONCILIATION,
    everyMs,
    pool,
    clock,
    instance,
    leaseMs,
    log,
    signal,
    work: async (how) => void (await reconcile(work, how)),
  });
  close();
}
