import { z } from "zod";
import { settings } from "./config.ts";

type Name = keyof typeof settings.shape;

/** The settings by what somebody is after who looks one up. A setting in no group is a fault that a test finds. */
const GROUPS: readonly { readonly title: string; readonly about: string; readonly names: readonly Name[] }[] = [
  {
    title: "Where it runs",
    about: "What `ordertrail up` needs to run beside another system on one machine.",
    names: ["ORDERTRAIL_DATA", "HOST", "PORT", "HEALTH_PORT", "INSTANCE", "REGION", "SAMPLE_DATA", "RESTART_PAUSE_MS"],
  },
  {
    title: "Engines",
    about: "Unset, `up` brings its own; `serve` needs DATABASE_URL and EVENTSTORE_URL.",
    names: ["DATABASE_URL", "POSTGRES_BIN", "EVENTSTORE_URL", "NATS_URL"],
  },
  {
    title: "Limits and waits towards the engines",
    about: "The defaults suit a small machine.",
    names: [
      "DATABASE_POOL",
      "DATABASE_TIMEOUT_MS",
      "DATABASE_ROLE_PREFIX",
      "EVENTSTORE_TIMEOUT_MS",
      "LEASE_MS",
      "LEDGER_CHAPTER_EVENTS",
    ],
  },
  {
    title: "Who may do what",
    about: "With an issuer of your own the development tokens and the page to choose a role are off.",
    names: [
      "OIDC_ISSUER",
      "OIDC_AUDIENCE",
      "OIDC_JWKS_URL",
      "OIDC_ID_CLAIM",
      "OIDC_ROLE_CLAIM",
      "OIDC_SITES_CLAIM",
      "ALLOWED_ORIGINS",
    ],
  },
  {
    title: "Keys",
    about: "Machines that share a database must be given the same keys; back them up apart from it.",
    names: ["ORDERTRAIL_MASTER_KEY", "ORDERTRAIL_FINGERPRINT_KEY"],
  },
  {
    title: "The outside world",
    about: "Systems of others. The defaults are the simulators', and so are the secrets: real systems need their own.",
    names: [
      "SIMULATORS",
      "PAYMENT_URL",
      "PAYMENT_API_KEY",
      "RESTAURANT_URL",
      "RESTAURANT_WEBHOOK_SECRET",
      "COURIER_URL",
      "CARRIER_URL",
      "CARRIER_API_KEY",
      "CARRIER_WEBHOOK_SECRET",
      "CARRIER_WEBHOOK_TARGET",
      "SHIP_AFTER_MS",
      "SMTP_URL",
      "SMTP_SIMULATOR_URL",
      "MAIL_FROM",
      "SMS_URL",
      "PUSH_URL",
      "OUTSIDE_TIMEOUT_MS",
      "OUTSIDE_AT_ONCE",
      "CIRCUIT_FAILURES",
      "CIRCUIT_PROBE_MS",
      "REDRIVE_PER_SECOND",
    ],
  },
  {
    title: "Deadlines and retries of the business",
    about: "The defaults are the business's own numbers; tests and drills shorten them.",
    names: [
      "RESERVATION_WAIT_MS",
      "RESERVATION_HOLD_MS",
      "PAYMENT_IN_CALL_RETRY_MS",
      "RETRY_DELAYS_MS",
      "RESTAURANT_ANSWER_MS",
      "COURIER_ANSWER_MS",
      "COURIER_SEARCH_MS",
      "COURIER_TRAVEL_MS",
      "COURIER_NO_SHOW_MS",
      "COURIER_ASK_AGAIN_MS",
      "CARRIER_RETRY_DELAYS_MS",
      "CARRIER_LOOKUP_LAG_MS",
      "CARRIER_POLL_MS",
      "RECONCILE_EVERY_MS",
      "RECONCILE_SETTLED_MS",
      "RECONCILE_LOOK_BACK_MS",
      "RECOVERY_SCAN_MS",
      "OWED_SWEEP_MS",
      "CLOCK_FILE",
    ],
  },
  {
    title: "Fraud",
    about: "An order beyond one of these is cancelled and refunded, and its customer is put on hold.",
    names: [
      "FRAUD_WINDOW_MS",
      "FRAUD_ORDERS",
      "FRAUD_WINDOW_AMOUNT",
      "FRAUD_AMOUNT",
      "FRAUD_USUAL_TIMES",
      "FRAUD_NEW_CARD_AMOUNT",
      "FRAUD_KEPT_DAYS",
    ],
  },
  { title: "Analysts", about: "See the README for replay.", names: ["REPLAY_HANDLERS"] },
  { title: "Log", about: "Structured, a line for each fact, to standard output.", names: ["LOG_LEVEL"] },
];

/** What the schema says of one setting. */
interface Property {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The reference of all settings as Markdown, made from their schema: docs/configuration.md is this text. */
export function configurationReference(): string {
  const schema = z.toJSONSchema(settings, { io: "input", unrepresentable: "any" });
  // JSON Schema's own type allows `true` for a property, which no setting is.
  const properties = new Map(Object.entries((schema.properties ?? {}) as Record<string, Property>));
  const sections = GROUPS.flatMap(({ title, about, names }) => {
    const rows = names.map((name) => {
      const property = properties.get(name) ?? {};
      properties.delete(name);
      const what = (property.description ?? "").replaceAll("|", "\\|");
      return `| \`${name}\` | ${what} | ${taken(name, property)} | ${shown(name, property)} |`;
    });
    return [
      `## ${title}`,
      "",
      about,
      "",
      "| variable | what it is | takes | default |",
      "| --- | --- | --- | --- |",
      ...rows,
      "",
    ];
  });
  if (properties.size > 0) throw new Error(`in no group of the reference: ${[...properties.keys()].join(", ")}`);
  return [
    "# Configuration",
    "",
    "Settings are environment variables, checked at start; a faulty one is named and nothing starts. An empty one counts as",
    "not set. `ordertrail doctor` says what is wrong with those that are given, misspelt names included. This page is made",
    "from `infra/config.ts` by `npm run docs:config`.",
    "",
    ...sections,
  ].join("\n");
}

/** A bound that only says "as large as a number can be". */
const NO_BOUND = Number.MAX_SAFE_INTEGER;

function taken(name: Name, { type, format, enum: choices, minimum, maximum }: Property): string {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(", ");
  if (typeof unset(name) === "boolean") return "`true`, `false`";
  if (format === "uri") return "URL";
  if (format === "base64url") return "base64url";
  if (name === "EVENTSTORE_URL") return "`esdb://…`";
  if (name === "NATS_URL") return "`nats://…`";
  if (type !== "integer") return "text";
  const most = maximum === undefined || maximum >= NO_BOUND ? "" : ` to ${maximum}`;
  return minimum === undefined ? "whole number" : `whole number from ${minimum}${most}`;
}

function shown(name: Name, { default: declared }: Property): string {
  // The name of this process differs from machine to machine.
  if (name === "INSTANCE") return "host name and process id";
  const value = declared ?? (typeof unset(name) === "boolean" ? unset(name) : undefined);
  if (value === undefined || value === "") return "";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** What a setting is when nobody sets it. */
const unset = (name: Name): unknown => settings.shape[name].safeParse(undefined).data;

if (import.meta.main) process.stdout.write(configurationReference());
