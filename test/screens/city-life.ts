import { startWorld } from "../../cli/simulate/world.ts";
import type { Stage } from "./stage.ts";

const ORDERS = 90;
const PER_SECOND = 4;
const STEP_MS = 250;
/** After the last order kitchens and couriers are left so long to go on. */
const AFTER_MS = 12_000;

const lived = new WeakMap<Stage, Promise<void>>();

/** An hour of a city at once: guests, kitchens and couriers, with what goes wrong among them. Happens once on a stage. */
export function cityLife(stage: Stage): Promise<void> {
  const before = lived.get(stage) ?? live(stage);
  lived.set(stage, before);
  return before;
}

async function live(stage: Stage): Promise<void> {
  const over = new AbortController();
  const { customersDone } = await startWorld({
    base: stage.url,
    rate: PER_SECOND,
    orders: ORDERS,
    couriers: 6,
    city: "Berlin",
    stepMs: STEP_MS,
    cancelShare: 0.06,
    mishapShare: 0.08,
    seed: 7,
    sites: ["sweet-crumbs", "trattoria-lina"],
    signal: over.signal,
  });
  await customersDone;
  await new Promise((resolve) => setTimeout(resolve, AFTER_MS));
  over.abort();
}
