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

interface Verified {
  readonly code: number;
  readonly findings: readonly ChainFinding[];
  /** What it prints for people. */
  readonly text: string;
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
    const length = untouched.length;
    if (untouched.order.code !== 0) breaches.push(`an untouched order does not verify: ${untouched.order.text}`);
    if (untouched.everything.code !== 0)
      breaches.push(`an untouched store does not verify: ${untouched.everything.text}`);
    figures["events of the order"] = length;
    for (const forgery of FORGERIES) {
      const { order, everything } = await forgeAndVerify(asked, forgery);
      const expected = forgery.found(length);
      figures[forgery.name] = order.text.split("\n")[0] ?? "";
      say(`  ${forgery.name}: ${order.text.split("\n")[0]}`);
      for (const [what, verified] of Object.entries({ order, everything })) {
        const found = verified.findings.some(
          ({ stream, revision, reason }) =>
            stream === orderStream(orderId) && revision === expected.revision && reason === expected.reason,
        );
        if (verified.code !== 1) breaches.push(`${forgery.name}: verifying ${what} ended with ${verified.code}`);
        if (!found)
          breaches.push(
            `${forgery.name}: verifying ${what} does not report ${expected.reason} at ${expected.revision}`,
          );
        if (!verified.text.includes(`order ${orderId}, revision ${expected.revision}: ${expected.reason}`)) {
          breaches.push(`${forgery.name}: verifying ${what} does not say so to people`);
        }
        if (verified.findings.some(({ stream }) => stream !== orderStream(orderId))) {
          breaches.push(`${forgery.name}: verifying ${what} accuses other streams as well`);
        }
      }
    }
  } finally {
    await supervisor.stop();
    await sink.close();
  }
  return { name: "tampering", figures, breaches };
}

async function forgeAndVerify(
  { dataDir, databaseUrl, orderId }: { dataDir: string; databaseUrl: string; orderId: string },
  forgery: Forgery | undefined,
): Promise<{ order: Verified; everything: Verified; length: number }> {
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
    return { order: await verify([orderId], env), everything: await verify([], env), length };
  } finally {
    await node.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function verify(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Verified> {
  const [json, people] = await Promise.all([run([...args, "--json"], env), run(args, env)]);
  const { findings } = JSON.parse(json.output) as { readonly findings: readonly ChainFinding[] };
  return { code: people.code, findings, text: people.output };
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
