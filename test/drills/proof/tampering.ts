import { execFile } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { postgresChild } from "../../../cli/up/children.ts";
import type { ChainFinding } from "../../../domain/chain/chain.ts";
import { orderStream } from "../../../domain/order/events.ts";
import { readConfig } from "../../../infra/config.ts";
import { startEventNode } from "../../../infra/event-node/event-node.ts";
import { createLog } from "../../../infra/log.ts";
import { createLogSink } from "../../../infra/supervisor/log-sink.ts";
import { Supervisor } from "../../../infra/supervisor/supervisor.ts";
import { forge } from "../../fixtures/edit-events.ts";
import type { DrillReport } from "../drill.ts";
import { FORGERIES, type Forgery } from "./forgeries.ts";

const PROGRAM = fileURLToPath(new URL("../../../cli/ordertrail.ts", import.meta.url));
const VERIFY_WITHIN_MS = 60_000;

/** What the command says of one order to people, and of everything to programs. */
interface Verified {
  readonly order: { readonly code: number; readonly output: string };
  readonly everything: { readonly code: number; readonly findings: readonly ChainFinding[] };
  /** Events that the order's stream had before anybody was at it. */
  readonly length: number;
}

/**
 * Edits the event node's file of a system that was stopped, each time a copy, row checksums and all, and asks
 * `ordertrail verify` about it, with the head witness of the system's own database.
 */
export async function tamperWith(dataDir: string, orderId: string, say: (line: string) => void): Promise<DrillReport> {
  const breaches: string[] = [];
  const figures: Record<string, number | string> = {};
  const config = readConfig({ ORDERTRAIL_DATA: dataDir });
  const log = createLog("drill", "silent");
  const sink = createLogSink({ folder: join(dataDir, "logs") });
  const supervisor = new Supervisor({ data: dataDir, log, sink });
  let databaseUrl = "";
  await supervisor.start(
    postgresChild(config, log, (url) => {
      databaseUrl = url;
    }),
  );
  const asked = { dataDir, databaseUrl, orderId };
  try {
    const untouched = await forgeAndVerify(asked, undefined);
    const { length } = untouched;
    if (untouched.order.code !== 0) breaches.push(`an untouched order does not verify: ${untouched.order.output}`);
    if (untouched.everything.code !== 0) breaches.push("an untouched store does not verify");
    figures["events of the order"] = length;
    for (const forgery of FORGERIES) {
      const verified = await forgeAndVerify(asked, forgery);
      const [line = "nothing"] = verified.order.output.split("\n");
      figures[forgery.name] = line;
      say(`  ${forgery.name}: ${line}`);
      breaches.push(...unreported(orderId, forgery.found(length), verified).map((what) => `${forgery.name}: ${what}`));
    }
  } finally {
    await supervisor.stop();
    await sink.close();
  }
  return { name: "tampering", figures, breaches };
}

/** What verification should have said and did not. */
function unreported(
  orderId: string,
  { revision, reason }: { readonly revision: string; readonly reason: string },
  { order, everything }: Verified,
): string[] {
  const breaches: string[] = [];
  const stream = orderStream(orderId);
  if (order.code !== 1) breaches.push(`verifying the order ended with ${order.code}`);
  if (!order.output.includes(`order ${orderId}, revision ${revision}: ${reason}`)) {
    breaches.push(`verifying the order does not report ${reason} at ${revision}`);
  }
  if (everything.code !== 1) breaches.push(`verifying everything ended with ${everything.code}`);
  const found = everything.findings.some(
    (one) => one.stream === stream && one.revision === revision && one.reason === reason,
  );
  if (!found) breaches.push(`verifying everything does not report ${reason} at ${revision}`);
  if (everything.findings.some((one) => one.stream !== stream)) {
    breaches.push("verifying everything accuses other streams as well");
  }
  return breaches;
}

async function forgeAndVerify(
  { dataDir, databaseUrl, orderId }: { dataDir: string; databaseUrl: string; orderId: string },
  forgery: Forgery | undefined,
): Promise<Verified> {
  const folder = join(dataDir, "forged-events");
  await cp(join(dataDir, "events"), folder, { recursive: true });
  let length = 0;
  forge(folder, (forger) => {
    length = forger.rows(orderStream(orderId)).length;
    forgery?.work(forger, orderStream(orderId));
  });
  const node = await startEventNode({ dataDir: folder, port: 0 });
  try {
    const env = { ...process.env, DATABASE_URL: databaseUrl, EVENTSTORE_URL: node.url, ORDERTRAIL_DATA: dataDir };
    const order = await run([orderId], env);
    const { code, output } = await run(["--json"], env);
    const { findings } = JSON.parse(output) as { readonly findings: readonly ChainFinding[] };
    return { order, everything: { code, findings }, length };
  } finally {
    await node.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const options = { env, timeout: VERIFY_WITHIN_MS, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(process.execPath, [PROGRAM, "verify", ...args], options, (error, output) => {
      if (error && child.exitCode === null) reject(error);
      else resolve({ code: child.exitCode ?? -1, output });
    });
  });
}
