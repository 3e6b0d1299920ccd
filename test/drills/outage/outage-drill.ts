import type { DrillReport, DrillWork } from "../drill.ts";
import { until } from "../drill.ts";
import { Stage } from "../stage.ts";
import type { Outage } from "./outages.ts";
import { type Answer, type Attempt, PlacingAttempts } from "./placing-attempts.ts";

const MINUTE_MS = 60_000;
/** How long it is away, in business time. */
const AWAY_MS = 30 * MINUTE_MS;
const STEP_MS = 2 * MINUTE_MS;
const TRY_PLACING_EVERY_STEPS = 5;
const KEPT_UNDER_WAY = 10;
const MORE_AT_A_TIME = 4;
const BOUND_MS = 120_000;
/** Bound of an answer: whatever is away, nobody waits longer. */
const ANSWERED_WITHIN_MS = 12_000;

/** The business's own deadlines and retries, and bounds towards engines that let it be seen soon that one hangs. */
const ENV = {
  RETRY_DELAYS_MS: "60000,300000,900000",
  EVENTSTORE_TIMEOUT_MS: "2000",
  DATABASE_TIMEOUT_MS: "2000",
  OUTSIDE_TIMEOUT_MS: "2000",
};

/** Something is away for 30 virtual minutes while people order; afterwards every order ends as it should. */
export const outageDrill = (outage: Outage): DrillWork => ({
  async run({ seed, orders, say }): Promise<DrillReport> {
    const name = `outage of ${outage.what}`;
    const cannotRun = outage.cannot?.();
    if (cannotRun !== undefined) return { name, figures: {}, breaches: [], cannotRun };
    const env = { ...ENV, ...outage.env };
    const stage = await Stage.open({ seed, underWay: KEPT_UNDER_WAY, virtualTime: true, env });
    try {
      const placing = new PlacingAttempts(stage.system.url, stage.record);
      const known = await placing.newCustomer();
      await until("a customer has ordered", BOUND_MS, async () => (await placing.place(known)).answer === "accepted");
      placing.attempts.length = 0;
      await stage.ordersPlaced(orders / 3, BOUND_MS);
      const before = stage.record.size;

      say(`  ${outage.what} is away`);
      const comeBack = await outage.begin(stage);
      const byKnown: Attempt[] = [];
      const byNew: Attempt[] = [];
      for (let step = 0; step < AWAY_MS / STEP_MS; step++) {
        await stage.time.advance(STEP_MS);
        if (outage.databaseAnswers) await stage.time.settle(STEP_SETTLE_MS);
        if (step % TRY_PLACING_EVERY_STEPS > 0) continue;
        // What waits for the outage to end takes up the places of those who would order: more are wanted.
        stage.keepUnderWay(stage.inFlight() + MORE_AT_A_TIME);
        const stranger = await placing.newCustomer();
        const [first, second] = await Promise.all([placing.place(known), placing.place(stranger)]);
        byKnown.push(first);
        byNew.push(second);
      }
      const meanwhile = stage.record.size - before;
      stage.keepUnderWay(KEPT_UNDER_WAY);
      await comeBack();
      say(`  ${outage.what} is back; ${meanwhile} orders were acknowledged meanwhile`);

      await until("what was refused is accepted under its key", BOUND_MS, async () => {
        return (await placing.repeatRefused()) === 0;
      });
      await stage.ordersPlaced(orders, BOUND_MS);
      const judgement = await stage.settleAndJudge();
      for (const line of judgement.waiting) say(`  stated reason: ${line}`);
      const slowest = Math.max(...placing.attempts.map(({ tookMs }) => tookMs));
      return {
        name,
        figures: {
          "virtual minutes away": AWAY_MS / MINUTE_MS,
          "orders acknowledged meanwhile": meanwhile,
          ...counted("of a known customer", byKnown),
          ...counted("of a new customer", byNew),
          "slowest answer to a placing, ms": slowest,
          ...judgement.figures,
        },
        breaches: [
          ...promised(outage.placing, byKnown, byNew),
          ...(slowest > ANSWERED_WITHIN_MS ? [`a placing was answered after ${slowest} ms only`] : []),
          ...judgement.breaches,
        ],
      };
    } finally {
      await stage.close();
    }
  },
});

/** What is due is given so long before time moves on. */
const STEP_SETTLE_MS = 400;

/** What was promised of placing against how it was answered. */
function promised(placing: Outage["placing"], byKnown: readonly Attempt[], byNew: readonly Attempt[]): string[] {
  const wanted: { readonly known: readonly Answer[]; readonly strangers: readonly Answer[] } = {
    "goes on": { known: ["accepted"], strangers: ["accepted"] } as const,
    "is refused plainly": { known: ["refused plainly"], strangers: ["refused plainly"] } as const,
    "goes on where the customer is known": { known: ["accepted"], strangers: ["refused plainly"] } as const,
  }[placing];
  const unlike = (who: string, attempts: readonly Attempt[], allowed: readonly Answer[]) =>
    attempts
      .filter(({ answer }) => !allowed.includes(answer))
      .map(({ answer, detail, tookMs }) => `placing ${placing}: ${who} was ${answer} (${detail}, ${tookMs} ms)`);
  return [...unlike("a known customer", byKnown, wanted.known), ...unlike("a new customer", byNew, wanted.strangers)];
}

function counted(who: string, attempts: readonly Attempt[]): Record<string, number> {
  const answers = [...new Set(attempts.map(({ answer }) => answer))];
  return Object.fromEntries(
    answers.map((answer) => [`placings ${who} ${answer}`, attempts.filter((one) => one.answer === answer).length]),
  );
}
