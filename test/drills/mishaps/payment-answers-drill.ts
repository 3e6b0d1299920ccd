import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DrillReport, DrillWork } from "../drill.ts";
import { until } from "../drill.ts";
import { flip } from "../outage/outages.ts";
import { Stage } from "../stage.ts";
import type { Buyer } from "../world/client-record.ts";

const KEPT_UNDER_WAY = 25;
const BOUND_MS = 60_000;
const LOST = 4;
const LOOK_ASK_MS = 10_000;

/** Every call that changes something at the payment gateway, and whose order makes it happen soon. */
const CALLS: readonly { readonly name: string; readonly only: string; readonly by: Buyer }[] = [
  { name: "create", only: "POST /v1/payment_intents", by: "pays" },
  { name: "confirm", only: "/confirm", by: "pays" },
  { name: "cancel", only: "/cancel", by: "declined" },
  { name: "refund", only: "POST /v1/refunds", by: "rejected" },
];

/** The gateway does what it is asked and its answer is lost, at every call that changes something: nobody pays twice. */
export const paymentAnswersDrill: DrillWork = {
  async run({ seed, orders, say }): Promise<DrillReport> {
    const stage = await Stage.open({ seed, underWay: KEPT_UNDER_WAY });
    const { paymentUrl } = stage.system.addresses;
    try {
      const figures: Record<string, number> = {};
      for (const { name, only, by } of CALLS) {
        const before = await lostAnswers(stage.system.dataDir, only);
        await flip(paymentUrl, { answerLost: true, only, times: LOST });
        let sentAt = Number.NEGATIVE_INFINITY;
        await until(`${LOST} answers to ${name} are lost`, BOUND_MS, async () => {
          if (performance.now() > sentAt + LOOK_ASK_MS) {
            stage.shoppers.send(by, LOST);
            sentAt = performance.now();
          }
          return (await lostAnswers(stage.system.dataDir, only)) >= before + LOST;
        });
        figures[`answers lost to ${name}`] = (await lostAnswers(stage.system.dataDir, only)) - before;
        say(`  ${LOST} answers to ${name} were lost`);
      }
      await flip(paymentUrl, {});
      await stage.ordersPlaced(orders, BOUND_MS * 2);
      const judgement = await stage.settleAndJudge();
      for (const line of judgement.waiting) say(`  stated reason: ${line}`);
      return { name: "payment-answers", figures: { ...figures, ...judgement.figures }, breaches: judgement.breaches };
    } finally {
      await stage.close();
    }
  },
};

/** How often the gateway did what a call asked for and cut the connection instead of answering. */
async function lostAnswers(dataDir: string, only: string): Promise<number> {
  const text = await readFile(join(dataDir, "simulators", "payments.jsonl"), "utf8").catch(() => "");
  let lost = 0;
  for (const line of text.split("\n").slice(0, -1)) {
    const { method, path, fate } = JSON.parse(line) as { method: string; path: string; fate: string }; // the simulator's own
    if (fate === "lost" && `${method} ${path}`.includes(only)) lost++;
  }
  return lost;
}
