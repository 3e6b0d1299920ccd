import { pick, randomFrom } from "../../../cli/simulate/random.ts";
import type { Part } from "../../system.ts";
import type { DrillOptions, DrillReport } from "../drill.ts";
import { until } from "../drill.ts";
import { Stage } from "../stage.ts";
import { hopOf, PROVOKED_BY, TARGETS, type Target } from "./points.ts";
import { appendPoison } from "./poison.ts";
import { type Strike, strikeHeading, strikeLine } from "./strikes.ts";

/** `failpoints`: every failpoint once, in one run. `random`: random processes at random moments. */
export type CrashMode = "failpoints" | "random";

export interface CrashReport extends DrillReport {
  readonly strikes: readonly Strike[];
}

/** A kill counts only with so many orders in flight. */
export const LEAST_IN_FLIGHT = 50;
const KEPT_UNDER_WAY = 80;
const BOUND_MS = 90_000;
const LONGEST_PAUSE_MS = 1_500;

/** With a name of its own a process takes the leases of its earlier life over at once; without, they have to run out. */
const NAMED = { INSTANCE: "drill" };

/** Kills processes of a system in use, and judges from outside what is left. */
export async function crashDrill(
  options: DrillOptions & {
    readonly mode: CrashMode;
    /** Failpoints to strike; default: all. */
    readonly targets?: readonly Target[];
  },
): Promise<CrashReport> {
  const { mode, seed, orders, say, targets = TARGETS } = options;
  const begun = performance.now();
  const stage = await Stage.open({ seed, underWay: KEPT_UNDER_WAY, env: mode === "failpoints" ? NAMED : {} });
  try {
    say(`crash ${mode}, seed ${seed}: a system with people is up after ${seconds(performance.now() - begun)} s`);
    const struck: Strike[] = [];
    const breaches: string[] = [];
    say(strikeHeading());
    const strikes =
      mode === "failpoints"
        ? (tell: Tell) => failpointStrikes(stage, seed, targets, tell)
        : (tell: Tell) => randomStrikes(stage, seed, tell);
    await strikes((strike) => {
      struck.push(strike);
      say(strikeLine(strike));
      if (strike.inFlight < LEAST_IN_FLIGHT) {
        breaches.push(`${strike.what} was struck with only ${strike.inFlight} orders in flight`);
      }
    });
    await until(`${orders} orders are placed`, BOUND_MS * 2, () => stage.record.size >= orders);
    say("nobody orders any more; what is under way comes to its end");
    const judgement = await stage.settleAndJudge();
    if (stage.system.supervisor.exitCode !== null) breaches.push("the supervisor itself has ended");
    for (const line of judgement.waiting) say(`  stated reason: ${line}`);
    return {
      name: `crash ${mode}, seed ${seed}`,
      strikes: struck,
      figures: {
        kills: struck.reduce((sum, { parts }) => sum + parts.length, 0),
        "least orders in flight at a kill": Math.min(...struck.map(({ inFlight }) => inFlight)),
        "longest time to acknowledge again, s": seconds(Math.max(...struck.map((one) => one.acknowledgedMs))),
        "longest time to confirm again, s": seconds(Math.max(...struck.map((one) => one.confirmedMs))),
        ...judgement.figures,
        "took, s": seconds(performance.now() - begun),
      },
      breaches: [...breaches, ...judgement.breaches],
    };
  } finally {
    await stage.close();
  }
}

type Tell = (strike: Strike) => void;

/**
 * Each target once, in an order by seed. The processes are struck beside each other; each of them only when an
 * order that was placed after its last death has been paid.
 */
async function failpointStrikes(stage: Stage, seed: number, targets: readonly Target[], tell: Tell): Promise<void> {
  const random = randomFrom(seed ^ 0x5eed);
  const lanes = Map.groupBy(shuffled(targets, random), ({ part }) => part);
  await Promise.all(
    [...lanes.values()].map(async (lane) => {
      for (const target of lane) {
        await enoughInFlight(stage);
        const { at, inFlight } = await hit(stage, target);
        const recovery = await recovered(stage, at);
        tell({ what: target.point, hop: hopOf(target.point), parts: [target.part], inFlight, ...recovery });
      }
    }),
  );
}

async function hit(stage: Stage, { point, part }: Target): Promise<{ at: number; inFlight: number }> {
  const before = (await stage.hits(part)).count;
  await stage.arm(part, `${point}:1:SIGKILL`);
  const provocation = PROVOKED_BY[point];
  if (provocation === "poison") await appendPoison(stage.watch.store);
  else if (provocation) stage.shoppers.send(provocation, 2);
  await until(`${part} passes ${point}`, BOUND_MS, async () => (await stage.hits(part)).count > before);
  const { last } = await stage.hits(part);
  if (last?.name !== point) throw new Error(`${part} was to be killed at ${point} and died at ${last?.name}`);
  return { at: last.at, inFlight: stage.inFlight() };
}

const VICTIMS: readonly Part[] = ["events", "api", "workers", "postgres", "simulators"];
const ROUNDS = 2;

/** Every process several times, in an order and at moments by seed; now and then a second one while the first is down. */
async function randomStrikes(stage: Stage, seed: number, tell: Tell): Promise<void> {
  const random = randomFrom(seed ^ 0xdead);
  for (let round = 0; round < ROUNDS; round++) {
    for (const victim of shuffled(VICTIMS, random)) {
      await enoughInFlight(stage);
      await pauseFor(random() * LONGEST_PAUSE_MS);
      const inFlight = stage.inFlight();
      const at = Date.now();
      await stage.kill(victim);
      const second = random() < 0.35 ? pick(VICTIMS, random) : undefined;
      if (second !== undefined) {
        await pauseFor(random() * LONGEST_PAUSE_MS);
        await stage.kill(second);
      }
      const parts = second === undefined ? [victim] : [victim, second];
      tell({ what: parts.join(" and "), hop: "", parts, inFlight, ...(await recovered(stage, at)) });
    }
  }
}

/** More than the least: some come to their end between this look and the kill. */
const enoughInFlight = (stage: Stage): Promise<void> =>
  until(`${LEAST_IN_FLIGHT} orders are in flight`, BOUND_MS, () => stage.inFlight() >= LEAST_IN_FLIGHT + 15);

/** Places an order and waits until it is paid: how long after the kill the system does its work again. */
async function recovered(stage: Stage, killedAt: number): Promise<{ acknowledgedMs: number; confirmedMs: number }> {
  const orderId = await stage.shoppers.probe();
  const acknowledgedMs = Date.now() - killedAt;
  await until(`order ${orderId}, placed after a kill, is paid`, BOUND_MS, () =>
    Boolean(stage.watch.order(orderId)?.payment.confirmed),
  );
  return { acknowledgedMs, confirmedMs: Date.now() - killedAt };
}

/** Fisher and Yates. */
function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(random() * left.length), 1)[0] as T); // one is left for each of the list
}

const pauseFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const seconds = (ms: number): string => (ms / 1000).toFixed(1);
