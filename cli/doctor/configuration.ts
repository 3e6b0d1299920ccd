import { stat } from "node:fs/promises";
import { join } from "node:path";
import { settings } from "../../infra/config.ts";
import { withoutPassword } from "../up/addresses.ts";
import { type Examined, type Finding, ok, type Probe, problem, warning } from "./finding.ts";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1", "[::1]"]);
const NAMES = Object.keys(settings.shape);
const KEYS = ["master.key", "fingerprint.key"] as const;

/** What the environment says, and what of it cannot be meant. */
export const configurationProbe: Probe = {
  area: "configuration",
  withinMs: 5_000,
  look: async (examined) => {
    const found = [
      ...examined.faults.map(({ variable, message }) =>
        problem(`${variable}: ${message}`, `correct ${variable}; docs/configuration.md says what it takes`),
      ),
      ...misspelt(examined.env),
      ...exposed(examined),
      ...(await keyFiles(examined)),
    ];
    const set = NAMES.filter((name) => examined.env[name]).length;
    const engines = engineLine(examined);
    return found.length > 0
      ? [...found, engines]
      : [ok(`${set} of ${NAMES.length} settings given, all valid`), engines];
  },
};

function engineLine({ config, addresses }: Examined): Omit<Finding, "area"> {
  const { DATABASE_URL: database, EVENTSTORE_URL: events } = addresses;
  if (database === undefined && events === undefined) {
    return problem(
      `no system was found at ${config.ORDERTRAIL_DATA}`,
      'start "ordertrail up", or set ORDERTRAIL_DATA, or DATABASE_URL and EVENTSTORE_URL',
    );
  }
  const from = (given: unknown) => (given === undefined ? "embedded" : "given");
  return ok(
    `database ${withoutPassword(database ?? "unknown")} (${from(config.DATABASE_URL)}), ` +
      `event store ${withoutPassword(events ?? "unknown")} (${from(config.EVENTSTORE_URL)})`,
  );
}

/** Variables that are none of ours, but nearly. */
function misspelt(env: Examined["env"]): Omit<Finding, "area">[] {
  return Object.keys(env).flatMap((name) => {
    if (NAMES.includes(name) || name.length < 6) return [];
    const meant = NAMES.find((known) => known.length >= 6 && distance(name, known) <= 2);
    return meant === undefined || env[meant]
      ? []
      : [warning(`${name} is not a setting; ${meant} is, and is not set`, `rename ${name} to ${meant}, or unset it`)];
  });
}

function exposed({ config }: Examined): Omit<Finding, "area">[] {
  const found: Omit<Finding, "area">[] = [];
  if (config.OIDC_ISSUER === undefined && !LOOPBACK.has(config.HOST)) {
    found.push(
      problem(
        `HOST=${config.HOST} and no OIDC_ISSUER: whoever reaches this port can take any role`,
        "set OIDC_ISSUER, or HOST=127.0.0.1",
      ),
    );
  }
  const elsewhere = (url: string) => !LOOPBACK.has(new URL(url).hostname);
  if (elsewhere(config.PAYMENT_URL) && config.PAYMENT_API_KEY === settings.shape.PAYMENT_API_KEY.def.defaultValue) {
    found.push(
      problem("PAYMENT_URL is a real gateway, PAYMENT_API_KEY is the simulator's", "set PAYMENT_API_KEY to your key"),
    );
  }
  const defaultSecret = settings.shape.RESTAURANT_WEBHOOK_SECRET.def.defaultValue;
  if (elsewhere(config.RESTAURANT_URL) && config.RESTAURANT_WEBHOOK_SECRET === defaultSecret) {
    found.push(
      problem(
        "RESTAURANT_URL is a real system, RESTAURANT_WEBHOOK_SECRET is the public default: anybody can sign with it",
        "set RESTAURANT_WEBHOOK_SECRET to a secret of your own",
      ),
    );
  }
  return found;
}

async function keyFiles({ config }: Examined): Promise<Omit<Finding, "area">[]> {
  const found: Omit<Finding, "area">[] = [];
  for (const name of KEYS) {
    const path = join(config.ORDERTRAIL_DATA, "keys", name);
    const file = await stat(path).catch(() => undefined);
    if (file !== undefined && (file.mode & 0o077) !== 0) {
      found.push(warning(`${path} can be read by other accounts`, `chmod 600 ${path}`));
    }
  }
  return found;
}

/** Letters to insert, remove, replace or swap with their neighbour, to come from one word to the other. */
export function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...new Array<number>(b.length).fill(0)]);
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let j = 1; j <= b.length; j++) {
    const first = rows[0];
    if (first) first[j] = j;
  }
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, at(i - 2, j - 2) + 1);
      const row = rows[i];
      if (row) row[j] = least;
    }
  }
  return at(a.length, b.length);
}
