import { setTimeout as sleep } from "node:timers/promises";
import { pick, randomFrom } from "../../../cli/simulate/random.ts";
import type { DrillReport, DrillWork } from "../drill.ts";
import { flip } from "../outage/outages.ts";
import { Stage } from "../stage.ts";

const KEPT_UNDER_WAY = 25;
const BOUND_MS = 180_000;
const TURNS = 12;
const TURN_MS = 1_500;

/** What goes wrong with messages between us and the others, a turn at a time. */
const WEBHOOKS = [
  { duplicate: true },
  { outOfOrder: true, duplicate: true },
  { late: 2_000 },
  { wrongSignature: true },
  { answerLost: true },
  { silent: true },
] as const;
const ANSWERS = [{ answerLost: true }, { latencyMs: 700 }, { errorRate: 0.4 }, {}] as const;

/**
 * Everything that others tell us comes twice, late, in another order or wrongly signed, and everything that we tell them
 * may have to be told again because their answer is lost: each effect is there once all the same.
 */
export const disorderDrill: DrillWork = {
  async run({ seed, orders, say }): Promise<DrillReport> {
    const stage = await Stage.open({ seed, underWay: KEPT_UNDER_WAY, env: { SHIP_AFTER_MS: "300" } });
    const { carrierUrl, restaurantUrl, courierUrl, paymentUrl, emailControlUrl } = stage.system.addresses;
    const random = randomFrom(seed ^ 0xd150);
    try {
      await stage.ordersPlaced(KEPT_UNDER_WAY, BOUND_MS);
      for (let turn = 0; turn < TURNS; turn++) {
        const webhooks = WEBHOOKS[turn % WEBHOOKS.length] ?? {};
        await flip(carrierUrl, webhooks);
        for (const url of [restaurantUrl, courierUrl, paymentUrl, emailControlUrl])
          await flip(url, pick(ANSWERS, random));
        stage.shoppers.send("parcel", 2);
        await sleep(TURN_MS);
      }
      for (const url of [carrierUrl, restaurantUrl, courierUrl, paymentUrl, emailControlUrl]) await flip(url, {});
      say(`  ${TURNS} turns of doubled, late, disordered, wrongly signed and unanswered messages`);
      await stage.ordersPlaced(orders, BOUND_MS);
      const { figures, breaches, waiting } = await stage.settleAndJudge();
      for (const line of waiting) say(`  stated reason: ${line}`);
      return { name: "disorder", figures: { turns: TURNS, ...figures }, breaches };
    } finally {
      await stage.close();
    }
  },
};
