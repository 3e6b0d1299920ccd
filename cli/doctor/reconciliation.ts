import { DIFFERENCES } from "../../commands/reconciliation/difference.ts";
import { Reports } from "../../commands/reconciliation/reports.ts";
import { clockFor } from "../../infra/clock.ts";
import { type Finding, ok, type Probe, problem, warning } from "./finding.ts";
import { probePool } from "./postgres.ts";

const LOOKED_AT = 200;
/** So many times of the calendar may pass without a look before somebody is told. */
const MISSED = 3;

/** What gateway and carrier say differently than the orders, and whether that is being looked at. */
export const reconciliationProbe: Probe = {
  area: "reconciliation",
  withinMs: 6_000,
  async look({ addresses, config }) {
    const { DATABASE_URL } = addresses;
    if (DATABASE_URL === undefined) return [problem("not known without the database", "see postgres")];
    if (config.RECONCILE_EVERY_MS === 0) return [warning("switched off", "set RECONCILE_EVERY_MS")];
    const pool = probePool(DATABASE_URL);
    try {
      const reports = new Reports(pool);
      const [[last], open] = await Promise.all([reports.newest(1), reports.differences("open", LOOKED_AT)]);
      const late = MISSED * config.RECONCILE_EVERY_MS;
      const found: Omit<Finding, "area">[] = [];
      if (last === undefined) found.push(ok("nothing was compared yet"));
      else if (last.state === "failed") {
        found.push(warning(`the last look at ${last.startedAt} did not get through: ${last.error}`, "see outside"));
      } else if (clockFor(config).now() - Date.parse(last.startedAt) > late) {
        found.push(warning(`nothing was compared since ${last.startedAt}`, "see consumers: the workers do it"));
      }
      const alarms = open.filter(({ kind }) => DIFFERENCES[kind].alarm);
      const kinds = [...Map.groupBy(alarms, ({ kind }) => kind)].map(([kind, all]) => `${kind} (${all.length})`);
      if (alarms.length > 0) {
        found.push(
          problem(
            `differences for people: ${kinds.join(", ")}`,
            '"ordertrail reconcile --dry-run" names them; "reconcile settle" when it is seen to',
          ),
        );
      }
      return found.length > 0
        ? found
        : [ok(`last compared at ${last?.startedAt}, ${open.length} differences are open`)];
    } catch {
      return [problem("cannot be seen without the database and its schema", "see postgres")];
    } finally {
      await pool.end().catch(() => undefined);
    }
  },
};
