import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../../cli/ordertrail.ts", import.meta.url));
const WITHIN_MS = 120_000;

/** What the program has printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `ordertrail <parts>` as an operator does: a process of its own, on a data folder. */
export function ordertrail(
  parts: readonly string[],
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...parts], {
      env: { ...process.env, LOG_LEVEL: "warn", ORDERTRAIL_DATA: dataDir, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk.toString();
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), WITHIN_MS);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, out, err });
    });
  });
}

/** As `ordertrail`, for what has to go well. */
export async function ordertrailDone(parts: readonly string[], dataDir: string): Promise<string> {
  const { code, out, err } = await ordertrail(parts, dataDir);
  if (code !== 0) throw new Error(`ordertrail ${parts.join(" ")} ended with ${code}: ${err || out}`);
  return out;
}
