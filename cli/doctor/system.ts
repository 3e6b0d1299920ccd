import { join } from "node:path";
import { readIfExists } from "../../infra/supervisor/files.ts";
import { recordedChildren } from "../../infra/supervisor/leftovers.ts";
import { isSameProcess, processIdentity } from "../../infra/supervisor/process-identity.ts";
import { clockFinding } from "./clock-skew.ts";
import { type Examined, type Finding, ok, type Probe, problem, reasonOf, warning } from "./finding.ts";

const HTTP_MS = 4_000;

/** The system's own processes: those of `up` by its data folder, and what API and workers say of themselves. */
export const systemProbe: Probe = {
  area: "system",
  withinMs: 8_000,
  async look(examined) {
    const { addresses } = examined;
    const asked = await Promise.all([
      supervisor(examined),
      health("API", addresses.api),
      addresses.workersHealth === undefined ? [] : health("workers", addresses.workersHealth),
    ]);
    return asked.flat();
  },
};

async function supervisor({ config }: Examined): Promise<Omit<Finding, "area">[]> {
  const data = config.ORDERTRAIL_DATA;
  const pid = Number((await readIfExists(join(data, "run", "supervisor.pid")))?.trim());
  const children = await recordedChildren(data);
  const runs = pid > 0 && (await processIdentity(pid)) !== undefined;
  if (!runs && children.length === 0) return [];
  const states = await Promise.all(
    children.map(async ({ name, pid: child, identity }) => ({ name, alive: await isSameProcess(child, identity) })),
  );
  const alive = states.filter((child) => child.alive).map(({ name }) => name);
  const gone = states.filter((child) => !child.alive).map(({ name }) => name);
  if (!runs) {
    const left = alive.length > 0 ? `; it left ${alive.join(", ")} behind` : "";
    return [
      problem(`"ordertrail up" on ${data} was killed${left}`, 'start "ordertrail up" again: it clears that away'),
    ];
  }
  if (gone.length > 0) {
    return [warning(`"ordertrail up" (process ${pid}) is restarting ${gone.join(", ")}`, `read ${join(data, "logs")}`)];
  }
  return [ok(`"ordertrail up" runs (process ${pid}) with ${alive.join(", ")}`)];
}

/** What `/health/ready` answers, as far as it is used here. */
interface Ready {
  readonly checks?: Readonly<Record<string, { readonly ok: boolean; readonly reason?: string }>>;
}

async function health(name: string, base: string): Promise<Omit<Finding, "area">[]> {
  try {
    const before = Date.now();
    const response = await fetch(`${base}/health/ready`, { signal: AbortSignal.timeout(HTTP_MS) });
    const after = Date.now();
    // Whoever else listens there answers something else; then there are no checks to read.
    const body = (await response.json().catch(() => ({}))) as Ready;
    const failed = Object.entries(body.checks ?? {}).filter(([, check]) => !check.ok);
    const date = Date.parse(response.headers.get("date") ?? "");
    const reading = { before, after, server: date, resolutionMs: 1_000 };
    const skew = Number.isNaN(date) ? [] : [clockFinding(`the ${name} at ${base}`, reading)];
    const clock = skew.filter(({ level }) => level !== "ok");
    if (response.ok) return [ok(`${name} at ${base} ready`), ...clock];
    const why =
      failed.map(([check, { reason }]) => `${check}: ${reason}`).join("; ") || `it answers ${response.status}`;
    return [
      problem(`${name} at ${base} is not ready: ${why}`, "mend what it waits for; it goes on by itself"),
      ...clock,
    ];
  } catch (error) {
    return [problem(`${name} at ${base} cannot be asked: ${reasonOf(error)}`, 'start it: "ordertrail up", or "serve"')];
  }
}
