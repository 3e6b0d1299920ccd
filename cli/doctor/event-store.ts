import { createEventStore } from "../../infra/event-store/client.ts";
import { withoutPassword } from "../up/addresses.ts";
import { type ClockReading, clockFinding } from "./clock-skew.ts";
import { type Finding, ok, type Probe, problem, reasonOf, warning } from "./finding.ts";

/** The server whose behaviour the project's tests are recorded from. */
const TESTED = "23.10";
const HTTP_MS = 2_500;
const CALL_MS = 3_000;

/** The event store: reachable by the client itself, version and clock by its HTTP side. */
export const eventStoreProbe: Probe = {
  area: "event store",
  withinMs: 12_000,
  async look(examined) {
    const { EVENTSTORE_URL: url } = examined.addresses;
    if (url === undefined) return [problem("its address is not known", 'start "ordertrail up", or set EVENTSTORE_URL')];
    const embedded = examined.config.EVENTSTORE_URL === undefined;
    const nodes = nodesOf(url);
    const asked = await Promise.all(nodes.map((node) => askNode(node, embedded)));
    // The client tries for long: where no node answers at all it is not asked.
    const tls = nodes.some(({ base }) => base.startsWith("https:"));
    if (!tls && asked.every(({ reached }) => !reached)) {
      return [...asked.flatMap(({ findings }) => findings)];
    }
    return [...asked.flatMap(({ findings }) => findings), await askClient(url)];
  },
};

interface StoreNode {
  readonly name: string;
  /** Address of its HTTP side, without a slash at the end. */
  readonly base: string;
}

/** The nodes that a connection string names. */
export function nodesOf(url: string): StoreNode[] {
  const [, hosts = "", query = ""] = /^esdb(?:\+discover)?:\/\/(?:[^@/]*@)?([^/?]+)\/?(?:\?(.*))?$/.exec(url) ?? [];
  const scheme = new URLSearchParams(query.toLowerCase()).get("tls") === "false" ? "http" : "https";
  return hosts
    .split(",")
    .filter(Boolean)
    .map((host) => (/:\d+$/.test(host) ? host : `${host}:2113`))
    .map((name) => ({ name, base: `${scheme}://${name}` }));
}

async function askNode(
  { name, base }: StoreNode,
  embedded: boolean,
): Promise<{ readonly reached: boolean; readonly findings: Omit<Finding, "area">[] }> {
  try {
    const before = Date.now();
    const response = await fetch(`${base}/info`, { signal: AbortSignal.timeout(HTTP_MS) });
    const after = Date.now();
    const date = Date.parse(response.headers.get("date") ?? "");
    const body: unknown = await response.json().catch(() => undefined);
    const clock: ClockReading = { before, after, server: date, resolutionMs: 1_000 };
    return {
      reached: true,
      findings: [
        versionFinding(name, versionIn(body), embedded),
        ...(Number.isNaN(date) ? [] : [clockFinding(`the event store at ${name}`, clock)]),
      ],
    };
  } catch (error) {
    const fix = embedded
      ? 'start it: "ordertrail up"; its log is in logs/events.log'
      : "check that it runs, and EVENTSTORE_URL; of a node with a certificate of its own only the version stays unknown";
    return { reached: false, findings: [problem(`${base} cannot be asked: ${reasonOf(error)}`, fix)] };
  }
}

function versionIn(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const found = "esVersion" in body ? body.esVersion : "dbVersion" in body ? body.dbVersion : undefined;
  return typeof found === "string" ? found : undefined;
}

function versionFinding(name: string, version: string | undefined, embedded: boolean): Omit<Finding, "area"> {
  if (embedded) return ok(`event node at ${name}, with the behaviour of EventStoreDB ${version}`);
  if (version === undefined) return warning(`the version of ${name} cannot be read`, `see that it is ${TESTED}`);
  if (version.startsWith(`${TESTED}.`)) return ok(`EventStoreDB ${version} at ${name}`);
  return warning(`EventStoreDB ${version} at ${name}; tested is ${TESTED}`, "run the tests against it first");
}

async function askClient(url: string): Promise<Omit<Finding, "area">> {
  const store = createEventStore({ url, timeoutMs: CALL_MS });
  try {
    const head = await store.head();
    return ok(head === undefined ? "answers; it is empty" : `answers; its last event is at position ${head.commit}`);
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return problem(
      `${withoutPassword(url)} does not answer calls: ${reasonOf(cause)}`,
      "check EVENTSTORE_URL (user, password, tls=…) and the server's own log",
    );
  } finally {
    await store.close().catch(() => undefined);
  }
}
