import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tokenFor } from "../../system.ts";
import { appendPoison } from "../crash/poison.ts";
import { until } from "../drill.ts";
import type { Judgement } from "../judge/judge.ts";
import { Stage } from "../stage.ts";
import { Buyer } from "../stock/buyer.ts";
import { openSmallSite } from "../stock/small-site.ts";

const KEPT_UNDER_WAY = 20;
const BOUND_MS = 120_000;
/** Orders that are left under way. */
const WAITING = 3;

/** What a short run with kills and a poisonous event has left behind: a system that is still up, at rest. */
export interface LeftBehind {
  readonly stage: Stage;
  readonly dataDir: string;
  readonly judgement: Judgement;
}

/** Orders at a site without a kitchen, which stay as they are: paid, and their stock reserved. */
async function leaveWaiting(stage: Stage): Promise<void> {
  const { url } = stage.system;
  const site = await openSmallSite(url, "nobody-home", WAITING);
  for (let n = 0; n < WAITING; n++) {
    const token = await tokenFor(url, "guest", { id: `waiting-${n}` });
    const { id } = await new Buyer({ url, other: url, token, key: `waiting-${n}` }).place(site.order());
    await until("an order waits for its kitchen", BOUND_MS, () =>
      Boolean(stage.watch.order(id)?.fulfilments.every(({ notified }) => notified)),
    );
  }
}

/** Lets people use a system, hurts it a little, and waits until everything has come to its end. */
export async function leaveBehind(seed: number, orders: number, say: (line: string) => void): Promise<LeftBehind> {
  const dataDir = await mkdtemp(join(tmpdir(), "ordertrail-left-behind-"));
  const stage = await Stage.open({ seed, underWay: KEPT_UNDER_WAY, dataDir });
  try {
    for (const [n, victim] of (["workers", "postgres", "events"] as const).entries()) {
      await until("orders come and go", BOUND_MS, () => stage.record.size >= ((n + 1) * orders) / 4);
      if (victim === "events") await appendPoison(stage.watch.store);
      await stage.kill(victim);
    }
    await until("orders come and go", BOUND_MS, () => stage.record.size >= orders);
    const judgement = await stage.settleAndJudge();
    stage.stopPeople();
    await leaveWaiting(stage);
    say(`  ${stage.record.size} orders and ${stage.watch.events} events are left behind, after 3 kills`);
    return { stage, dataDir, judgement };
  } catch (error) {
    await stage.close();
    throw error;
  }
}
