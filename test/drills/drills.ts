import { crashDrill } from "./crash/crash-drill.ts";
import type { Drill } from "./drill.ts";
import { effectsDrill } from "./effects-drill.ts";
import { leaseDrill } from "./lease/lease-drill.ts";
import { replayDrill, tamperingDrill } from "./proof/proof-drills.ts";
import { replaySwapDrill } from "./replay/replay-drill.ts";
import { lastItemsDrill } from "./stock/last-items-drill.ts";
import { repeatDrill } from "./stock/repeat-drill.ts";

/** Every drill, by name. */
export const DRILLS: readonly Drill[] = [
  {
    name: "crash-failpoints",
    what: "each failpoint hit once in one run, and only what died is started again",
    run: (options) => crashDrill({ ...options, mode: "failpoints" }),
  },
  {
    name: "crash-random",
    what: "every process of the system killed at random moments",
    run: (options) => crashDrill({ ...options, mode: "random" }),
  },
  leaseDrill,
  effectsDrill,
  lastItemsDrill,
  repeatDrill,
  replayDrill,
  replaySwapDrill,
  tamperingDrill,
];
