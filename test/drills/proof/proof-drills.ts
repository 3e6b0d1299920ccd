import { rm } from "node:fs/promises";
import { statusOf } from "../../../domain/order/state.ts";
import type { DrillWork } from "../drill.ts";
import { leaveBehind } from "./left-behind.ts";
import { rebuildAndCompare } from "./rebuild.ts";
import { tamperWith } from "./tampering.ts";

/** Read models of what a drill has left behind, rebuilt. */
export const replayDrill: DrillWork = {
  async run({ seed, orders, say }) {
    const { stage, dataDir, judgement } = await leaveBehind(seed, orders, say);
    try {
      const report = await rebuildAndCompare(stage, say);
      return { ...report, breaches: [...judgement.breaches, ...report.breaches] };
    } finally {
      await stage.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

/** The event node's file of what a drill has left behind, edited. */
export const tamperingDrill: DrillWork = {
  async run({ seed, orders, say }) {
    const { stage, dataDir, judgement } = await leaveBehind(seed, orders, say);
    try {
      const orderId = deliveredOrder(stage.watch.orders);
      await stage.close();
      const report = await tamperWith(dataDir, orderId, say);
      return { ...report, breaches: [...judgement.breaches, ...report.breaches] };
    } finally {
      await stage.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

/** An order with a long stream: one that was delivered. */
export function deliveredOrder(orders: ReadonlyMap<string, Parameters<typeof statusOf>[0]>): string {
  for (const [orderId, order] of orders) if (statusOf(order) === "delivered") return orderId;
  throw new Error("no order was delivered");
}
