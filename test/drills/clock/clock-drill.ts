import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeFileAtomically } from "../../../infra/supervisor/files.ts";
import type { DrillReport, DrillWork } from "../drill.ts";
import { startSecond } from "../second-process.ts";
import { Stage } from "../stage.ts";

const MINUTE_MS = 60_000;
const KEPT_UNDER_WAY = 25;
const BOUND_MS = 120_000;
const BETWEEN_MS = 3_000;
/** So far ahead is the second machine. */
const AHEAD_MS = 10 * MINUTE_MS;

const JUMPS = [
  { what: "an hour forward", ms: 60 * MINUTE_MS },
  { what: "ten minutes back", ms: -10 * MINUTE_MS },
  { what: "ten minutes forward", ms: 10 * MINUTE_MS },
] as const;

/** The business's own deadlines; and leases that change hands while clocks differ. */
const ENV = { RETRY_DELAYS_MS: "60000,300000,900000", INSTANCE: "first" };

/**
 * All clocks jump forward and back while orders are in flight, and one machine's clock is ahead of the others' while it
 * owns the consumers: some deadlines are decided early or late, and every order still ends right.
 */
export const clockDrill: DrillWork = {
  async run({ seed, orders, say }): Promise<DrillReport> {
    const stage = await Stage.open({ seed, underWay: KEPT_UNDER_WAY, virtualTime: true, env: ENV });
    const file = join(stage.system.dataDir, "clock-ahead");
    await writeFileAtomically(file, `${AHEAD_MS}\n`);
    const second = await startSecond(stage.system, "workers", {
      RETRY_DELAYS_MS: ENV.RETRY_DELAYS_MS,
      CLOCK_FILE: file,
    });
    try {
      const figures: Record<string, number> = {};
      await stage.ordersPlaced(KEPT_UNDER_WAY, BOUND_MS);
      for (const { what, ms } of JUMPS) {
        figures[`in flight at the jump ${what}`] = stage.inFlight();
        await stage.time.advance(ms);
        await writeFileAtomically(file, `${stage.time.aheadMs + AHEAD_MS}\n`);
        say(`  all clocks jump ${what}`);
        await sleep(BETWEEN_MS);
      }
      // The machine with the clock that is ahead takes over.
      await stage.kill("workers");
      await sleep(BETWEEN_MS);
      say("  the machine that is ten minutes ahead of the others has the consumers");
      await stage.ordersPlaced(orders, BOUND_MS);
      const judgement = await stage.settleAndJudge();
      for (const line of judgement.waiting) say(`  stated reason: ${line}`);
      return { name: "clock", figures: { ...figures, ...judgement.figures }, breaches: judgement.breaches };
    } finally {
      await second.stop();
      await stage.close();
    }
  },
};
