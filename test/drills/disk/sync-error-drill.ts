import { type ChildProcess, spawn } from "node:child_process";
import { findProgram } from "../../find-program.ts";
import type { DrillReport, DrillWork } from "../drill.ts";
import { until } from "../drill.ts";
import { Stage } from "../stage.ts";

const KEPT_UNDER_WAY = 20;
const BOUND_MS = 120_000;
const TIMES = 3;
/** The n-th sync after the tracer is there fails. */
const NTH = [1, 7, 20] as const;

/**
 * The operating system says that a commit of the event node did not reach the disk. What is on it then nobody knows, so
 * the process ends, and its next life reads what is there; whatever was acknowledged is.
 */
export const syncErrorDrill: DrillWork = {
  async run({ seed, orders, say }): Promise<DrillReport> {
    const name = "sync-errors";
    const strace = findProgram("strace");
    const why = strace === undefined ? "there is no strace (Debian's package of this name brings it)" : undefined;
    if (strace === undefined) return { name, figures: {}, breaches: [], cannotRun: why ?? "" };
    const stage = await Stage.open({ seed, underWay: KEPT_UNDER_WAY });
    try {
      const breaches: string[] = [];
      let ended = 0;
      for (const [time, nth] of NTH.slice(0, TIMES).entries()) {
        await stage.ordersPlaced(((time + 1) * orders) / (TIMES + 1), BOUND_MS);
        const pid = await stage.system.pid("events");
        if (pid === undefined) throw new Error("the event node does not run");
        const tracer = traced(strace, pid, nth);
        try {
          const attached = await tracer.attached;
          if (!attached.ok)
            return { name, figures: {}, breaches: [], cannotRun: `strace cannot attach: ${attached.said}` };
          await until("the event node ends over the failed sync", BOUND_MS, async () => {
            const now = await stage.system.pid("events");
            return now !== undefined && now !== pid;
          });
          ended++;
          say(`  sync number ${nth} failed with EIO: process ${pid} has ended and was started again`);
        } catch (error) {
          breaches.push(`sync number ${nth} failed and the process went on: ${(error as Error).message}`);
        } finally {
          tracer.stop();
        }
        const orderId = await stage.shoppers.probe();
        await until("orders are paid again", BOUND_MS, () => Boolean(stage.watch.order(orderId)?.payment.confirmed));
      }
      await stage.ordersPlaced(orders, BOUND_MS);
      const judgement = await stage.settleAndJudge();
      for (const line of judgement.waiting) say(`  stated reason: ${line}`);
      return {
        name,
        figures: { "syncs that failed": TIMES, "processes that ended over it": ended, ...judgement.figures },
        breaches: [...breaches, ...judgement.breaches],
      };
    } finally {
      await stage.close();
    }
  },
};

/** Lets the n-th sync of a running process, and every later one, fail with EIO. */
function traced(strace: string, pid: number, nth: number) {
  const fault = `inject=fsync,fdatasync:error=EIO:when=${nth}+`;
  const args = ["-f", "-p", String(pid), "-e", "trace=fsync,fdatasync", "-e", fault];
  const tracer: ChildProcess = spawn(strace, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  const attached = new Promise<{ readonly ok: boolean; readonly said: string }>((resolve) => {
    tracer.stderr?.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-1_000);
      if (said.includes("attached")) resolve({ ok: true, said });
    });
    tracer.once("close", () => resolve({ ok: false, said: said.trim() }));
    tracer.once("error", (error) => resolve({ ok: false, said: error.message }));
  });
  return { attached, stop: () => void tracer.kill("SIGTERM") };
}
