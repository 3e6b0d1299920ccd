import { isFinal } from "../../../domain/order/state.ts";
import type { Failpoint } from "../../../infra/failpoints.ts";
import { type DrillWork, until } from "../drill.ts";
import { bookingsIn } from "../judge/parcels.ts";
import { Stage } from "../stage.ts";
import type { Buyer } from "../world/client-record.ts";

/** The carrier's own look-up hides a booking for so long; the system is told so. */
const LAG_MS = 2_000;
const BOUND_MS = 60_000;
const PARCELS_A_KILL = 2;
const MOMENTS: readonly (readonly [Failpoint, Buyer])[] = [
  ["parcel.after-book", "parcel"],
  ["parcel.before-book", "parcel"],
  ["parcel.after-cancel", "withdrawn"],
];

/**
 * The carrier books without knowing repeats, and its look-up lags. The worker is killed right after a booking was
 * answered, right before one is sent, and right after one was taken back; then the carrier books and loses its answers.
 * By the carrier's own log each parcel is booked once.
 */
export const parcelDrill: DrillWork = {
  async run({ seed, orders, say }) {
    // With a name of its own a process takes the lease of its earlier life over at once: nothing else makes it wait.
    const env = { INSTANCE: "drill", SHIP_AFTER_MS: "60000" };
    const stage = await Stage.open({ seed, underWay: 0, couriers: 1, virtualTime: true, env });
    try {
      const turn = async (switches: Readonly<Record<string, unknown>>) => {
        const answer = await fetch(`${stage.system.addresses.carrierUrl}/_switch`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ lookupLagMs: LAG_MS, ...switches }),
        });
        if (!answer.ok) throw new Error(`the carrier cannot be switched: ${answer.status}`);
      };
      await turn({});
      for (const [moment, buyer] of MOMENTS) {
        const { count } = await stage.hits("workers");
        await stage.arm("workers", `${moment}:1:SIGKILL`);
        stage.shoppers.send(buyer, PARCELS_A_KILL);
        await until(`workers pass ${moment}`, BOUND_MS, async () => (await stage.hits("workers")).count > count);
        say(`  killed at ${moment}`);
      }
      const before = (await bookingsIn(stage.system.dataDir)).length;
      await turn({ answerLost: true, only: "POST /shipments", times: 3 });
      stage.shoppers.send("parcel", Math.max(1, Math.min(orders, 20)));
      const lost = async () => (await bookingsIn(stage.system.dataDir)).length > before;
      await until("the carrier has booked and lost its answer", BOUND_MS, lost);
      await until("everybody has ordered", BOUND_MS, () => stage.shoppers.underWay === 0);
      const { figures, breaches } = await stage.settleAndJudge();
      const open = [...stage.record.placed.keys()].filter((id) => {
        const order = stage.watch.order(id);
        return !order || !isFinal(order);
      });
      return {
        name: "parcel",
        figures: { kills: MOMENTS.length, ...figures },
        breaches: [...open.map((id) => `parcel order ${id} has not come to its end`), ...breaches],
      };
    } finally {
      await stage.close();
    }
  },
};
