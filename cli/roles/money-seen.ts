import { plannedAt } from "../../commands/reconciliation/calendar.ts";
import { DIFFERENCES } from "../../commands/reconciliation/difference.ts";
import type { Reports, StoredDifference } from "../../commands/reconciliation/reports.ts";
import { toInstant } from "../../infra/clock.ts";
import type { MoneySeen } from "../../read-api/operations/operations-routes.ts";
import type { Foundation } from "./foundation.ts";
import { RECONCILIATION } from "./reconciliation.ts";

const REPORTS = 5;
const OPEN = 50;
const CLOSED_LOOKED_AT = 200;
const CLOSED = 20;
const DAY_MS = 86_400_000;

/** What reconciliation has found, as the operations page shows it. */
export async function moneySeen(
  { pool, clock }: Pick<Foundation, "pool" | "clock">,
  reports: Reports,
  everyMs: number,
): Promise<MoneySeen> {
  const [newest, open, all, next] = await Promise.all([
    reports.newest(REPORTS),
    reports.differences("open", OPEN),
    reports.differences("all", CLOSED_LOOKED_AT),
    plannedAt(pool, RECONCILIATION),
  ]);
  const since = toInstant(clock.now() - DAY_MS);
  const closed = all.filter((one) => (endOf(one) ?? "") >= since).slice(0, CLOSED);
  return {
    switchedOff: everyMs === 0,
    everyMs,
    nextAt: next === undefined ? undefined : toInstant(next),
    reports: newest,
    open: open.map(inWords),
    closed: closed.map(inWords),
  };
}

const endOf = ({ mendedAt, goneAt, settledAt }: StoredDifference): string | undefined =>
  settledAt ?? mendedAt ?? goneAt;

const inWords = (one: StoredDifference) => ({ ...one, ...DIFFERENCES[one.kind] });
