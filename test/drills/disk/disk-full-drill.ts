import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DrillReport, DrillWork } from "../drill.ts";
import { until } from "../drill.ts";
import { PlacingAttempts } from "../outage/placing-attempts.ts";
import { Stage } from "../stage.ts";
import { mountSmallDisk } from "./small-disk.ts";

const KEPT_UNDER_WAY = 15;
const BOUND_MS = 180_000;
/** A full disk is noticed when the files have to grow: so many placings have to meet it. */
const NOT_ACCEPTED = 3;
const AT_ONCE = 8;
const FULL_FOR_MS = 90_000;

/** Where a part keeps its data: on the small disk lies that folder alone, or everything but the others'. */
const DISKS = {
  /** The event node writes 4 KiB pages and few of them: a small disk holds a short run. */
  events: { what: "the event node's disk", mebibytes: 96, kept: ["events"] },
  /** A cluster of Postgres with its log is some hundred MiB. */
  postgres: { what: "Postgres' disk", mebibytes: 640, kept: [] },
} as const;

/** What a system keeps beside the database, as `up` makes it. */
const OTHERS = ["keys", "run", "logs", "events", "simulators", "failpoints"];
/** The file of the drill's own in it; made when people come. */
const HISTORY = "history.jsonl";

/**
 * The disk of the event node or of Postgres is full while people order. What cannot be written is refused and never
 * acknowledged; once there is room again everything goes on, and nothing that was acknowledged is lost.
 */
export const diskFullDrill = (part: keyof typeof DISKS): DrillWork => ({
  async run({ seed, orders, say }): Promise<DrillReport> {
    const { what, mebibytes, kept } = DISKS[part];
    const name = `disk-full-${part}`;
    const disk = await mountSmallDisk(mebibytes);
    if (typeof disk === "string") return { name, figures: {}, breaches: [], cannotRun: disk };
    const other = await mkdtemp(join(tmpdir(), "ordertrail-other-disk-"));
    let stage: Stage | undefined;
    try {
      const dataDir = await laidOut(disk.folder, other, kept);
      stage = await Stage.open({ seed, underWay: KEPT_UNDER_WAY, dataDir, env: { DATABASE_TIMEOUT_MS: "3000" } });
      const opened = stage;
      await opened.ordersPlaced(orders / 3, BOUND_MS);
      const placing = new PlacingAttempts(opened.system.url, opened.record);

      const filled = await disk.fill();
      say(`  ${what} is full: ${Math.round(filled / 1024)} KiB were taken`);
      const notAccepted = () => placing.attempts.filter(({ answer }) => answer !== "accepted").length;
      const giveUpAt = performance.now() + FULL_FOR_MS;
      while (notAccepted() < NOT_ACCEPTED && performance.now() < giveUpAt) {
        await Promise.all(
          Array.from({ length: AT_ONCE }, () => placing.newCustomer().then((customer) => placing.place(customer))),
        );
        // Whatever was freed meanwhile, by a checkpoint for one, is taken again.
        await disk.fill().catch(() => 0);
      }
      const refused = placing.attempts.filter(({ answer }) => answer === "refused plainly").length;
      const badly = placing.attempts.filter(({ answer }) => answer === "answered badly");
      await disk.free();
      say("  there is room again");

      await until("what was refused is accepted under its key", BOUND_MS, async () => {
        return (await placing.repeatRefused()) === 0;
      });
      await opened.ordersPlaced(orders, BOUND_MS);
      const judgement = await opened.settleAndJudge();
      for (const line of judgement.waiting) say(`  stated reason: ${line}`);
      return {
        name,
        figures: {
          "KiB taken": Math.round(filled / 1024),
          "placings while it was full": placing.attempts.length,
          "of them refused plainly": refused,
          "of them cut off": badly.length,
          ...judgement.figures,
        },
        breaches: [
          ...(refused + badly.length === 0 ? [`${what} was full and nobody noticed: the drill proves nothing`] : []),
          // A process that ends over its full disk takes the connection along: that is no answer, and no acknowledgement.
          ...badly
            .filter(({ detail }) => /^[0-9]/.test(detail))
            .map(({ detail }) => `a placing was answered with ${detail}`),
          ...judgement.breaches,
        ],
      };
    } finally {
      await disk.free().catch(() => undefined);
      await stage?.close();
      await disk.unmount();
      await rm(other, { recursive: true, force: true });
    }
  },
});

/** The system's folder: what is `kept` on the small disk and the rest on the other one, or the other way round. */
async function laidOut(small: string, other: string, kept: readonly string[]): Promise<string> {
  const [home, away, moved] = kept.length > 0 ? [other, small, kept] : [small, other, OTHERS];
  for (const folder of moved) {
    await mkdir(join(away, folder), { recursive: true, mode: 0o700 });
    await symlink(join(away, folder), join(home, folder));
  }
  // What people have done is written down by themselves, not by the system whose disk is full.
  if (home === small) await symlink(join(other, HISTORY), join(home, HISTORY));
  return home;
}
