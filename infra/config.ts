import { hostname } from "node:os";
import { resolve } from "node:path";
import { z } from "zod";
import { isSimulatedSystem, SIMULATED_SYSTEMS } from "./simulators/systems.ts";

const duration = (byDefault: number, what: string) =>
  z.coerce.number().int().nonnegative().default(byDefault).describe(`${what}, in milliseconds`);

const delays = (byDefault: string, what: string) =>
  z
    .string()
    .default(byDefault)
    .transform((text) => text.split(",").map(Number))
    .refine((list) => list.every((n) => Number.isInteger(n) && n >= 0), "a comma-separated list of milliseconds")
    .describe(`${what}, comma-separated milliseconds`);

const amount = (byDefault: number, what: string) =>
  z.coerce.number().int().min(1).default(byDefault).describe(`${what}, in minor units of the order's currency`);

/** Every setting, documented once. Names are those of the environment variables. */
export const settings = z.object({
  ORDERTRAIL_DATA: z
    .string()
    .default(".ordertrail")
    .transform((p) => resolve(p))
    .describe("folder of the embedded engines, keys and logs"),
  HOST: z.string().default("127.0.0.1").describe("address that the API listens on"),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(7300)
    .describe("port of API, pages and WebSockets; 0 takes a free one"),
  HEALTH_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(0)
    .describe(
      "port of /health for roles without an API; 0 takes a free one, written to ORDERTRAIL_DATA/run/<role>.port",
    ),
  SIMULATORS: z
    .string()
    .default(SIMULATED_SYSTEMS.join(","))
    .transform((t) => (t === "none" ? [] : t.split(",").filter(Boolean)))
    .refine(
      (list) => list.every(isSimulatedSystem),
      `a comma-separated list of ${SIMULATED_SYSTEMS.join(", ")}; or none`,
    )
    .describe("outside systems that are simulated at their configured addresses; none for production"),
  SAMPLE_DATA: z.stringbool().default(true).describe("whether `up` fills an empty system with something to order"),
  DATABASE_URL: z.url().optional().describe("PostgreSQL to use in place of the embedded one"),
  POSTGRES_BIN: z
    .string()
    .optional()
    .describe("folder with initdb and postgres (15 or newer) to run as the embedded PostgreSQL in place of the own 18"),
  EVENTSTORE_URL: z.string().startsWith("esdb").optional().describe("EventStoreDB to use in place of the event node"),
  NATS_URL: z.string().optional().describe("NATS to carry changes between relay and gateways in different processes"),
  REGION: z.string().default("local").describe("region written into every event"),
  INSTANCE: z.string().default(`${hostname()}-${process.pid}`).describe("name of this process in events and leases"),
  LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
    .default("info")
    .describe("least severity that is logged"),
  OIDC_ISSUER: z.url().optional().describe("issuer of tokens; unset, the system issues development tokens itself"),
  OIDC_AUDIENCE: z.string().default("ordertrail").describe("audience that a token must name"),
  OIDC_JWKS_URL: z
    .url()
    .optional()
    .describe("where the issuer publishes its keys; default: discovered from OIDC_ISSUER"),
  OIDC_ID_CLAIM: z.string().default("sub").describe("claim of the issuer's tokens that holds the caller's id"),
  OIDC_ROLE_CLAIM: z.string().default("role").describe("claim of the issuer's tokens that holds the caller's role"),
  OIDC_SITES_CLAIM: z.string().default("sites").describe("claim of the issuer's tokens that lists a kitchen's sites"),
  ALLOWED_ORIGINS: z
    .string()
    .default("")
    .transform((t) => t.split(",").filter(Boolean))
    .describe("further origins that browsers may call from, comma-separated"),
  ORDERTRAIL_MASTER_KEY: z
    .base64url()
    .optional()
    .describe("32 bytes, base64url: wraps customer keys; default: a file in ORDERTRAIL_DATA/keys"),
  ORDERTRAIL_FINGERPRINT_KEY: z
    .base64url()
    .optional()
    .describe("32 bytes, base64url: the installation's fingerprint key; default: a file beside the master key"),
  EVENTSTORE_TIMEOUT_MS: duration(5_000, "how long a call to the event store may take"),
  DATABASE_TIMEOUT_MS: duration(10_000, "how long a database statement may take"),
  DATABASE_POOL: z.coerce.number().int().min(2).default(12).describe("database connections per process"),
  DATABASE_ROLE_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/, "letters, digits and _, beginning with a letter")
    .default("ordertrail")
    .describe("beginning of the names of the database's roles; installations that share a server need one each"),
  REPLAY_HANDLERS: z
    .string()
    .optional()
    .transform((p) => (p === undefined ? undefined : resolve(p)))
    .describe('folder of the handler files that "what if" may run over HTTP; unset, none'),
  LEASE_MS: duration(5_000, "how long a consumer's lease lasts without renewal"),
  RESTART_PAUSE_MS: duration(10_000, "longest pause of `up` before it starts a part again that keeps ending"),
  PAYMENT_URL: z.url().default("http://127.0.0.1:7311").describe("payment gateway (Stripe's API)"),
  PAYMENT_API_KEY: z.string().default("sk_test_ordertrail").describe("secret key at the payment gateway"),
  RESTAURANT_URL: z.url().default("http://127.0.0.1:7312").describe("where restaurant notifications are sent"),
  RESTAURANT_WEBHOOK_SECRET: z
    .string()
    .default("whsec_b3JkZXJ0cmFpbC1kZXZlbG9wbWVudC1zZWNyZXQ=")
    .describe("secret that signs restaurant notifications (Standard Webhooks)"),
  COURIER_URL: z.url().default("http://127.0.0.1:7313").describe("where offers to couriers are sent"),
  CARRIER_URL: z.url().default("http://127.0.0.1:7314").describe("the parcel carrier, Bob's Post"),
  CARRIER_API_KEY: z.string().default("bp_test_ordertrail").describe("key at the carrier"),
  CARRIER_WEBHOOK_SECRET: z
    .string()
    .default("whsec_Ym9iLXMtcG9zdC1kZXZlbG9wbWVudC1zZWNyZXQtMDE=")
    .describe("secret that the carrier signs its webhooks with (Standard Webhooks)"),
  CARRIER_WEBHOOK_TARGET: z
    .url()
    .optional()
    .describe(
      "where the simulated carrier sends its webhooks; `up` says the API's /webhooks/carrier, unset none are sent",
    ),
  SHIP_AFTER_MS: duration(60_000, "after what time the simulated carrier ships a parcel; 0: when it is told to"),
  SMTP_URL: z.url().default("smtp://127.0.0.1:7315").describe("mail server, smtp://user:password@host:port"),
  SMTP_SIMULATOR_URL: z
    .url()
    .default("http://127.0.0.1:7316")
    .describe("where the simulated mail server has its log and switches"),
  MAIL_FROM: z.string().default("Ordertrail <orders@ordertrail.example>").describe("sender of the mails to customers"),
  SMS_URL: z.url().default("http://127.0.0.1:7317").describe("where text messages are sent"),
  PUSH_URL: z.url().default("http://127.0.0.1:7318").describe("where push notifications are sent"),
  OUTSIDE_AT_ONCE: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(32)
    .describe("calls at once to one outside system at one place; others wait, and take no place of another's"),
  CIRCUIT_FAILURES: z.coerce
    .number()
    .int()
    .min(1)
    .default(5)
    .describe("transient failures in a row after which an outside system at a place is not asked any more"),
  CIRCUIT_PROBE_MS: duration(5_000, "how often a system that is not asked any more is probed (real time)"),
  REDRIVE_PER_SECOND: z.coerce
    .number()
    .positive()
    .max(10_000)
    .default(20)
    .describe("retries a second to one outside system at one place, most of all when it answers again"),
  OUTSIDE_TIMEOUT_MS: duration(5_000, "how long a call to an outside system may take"),
  PAYMENT_IN_CALL_RETRY_MS: duration(2_000, "how long a transient payment error is tried again within the call"),
  RETRY_DELAYS_MS: delays("60000,300000,900000", "delays before a failed step is tried again"),
  RESERVATION_WAIT_MS: duration(2_000, "how long placing waits for the reservation before it answers pending"),
  RESERVATION_HOLD_MS: duration(600_000, "how long a reservation is held without payment"),
  RESTAURANT_ANSWER_MS: duration(300_000, "how long a restaurant may take to answer"),
  COURIER_ANSWER_MS: duration(60_000, "how long a courier may take to accept"),
  COURIER_SEARCH_MS: duration(600_000, "how long no courier may be found before support is alerted"),
  COURIER_TRAVEL_MS: duration(900_000, "how long a courier is expected to take whose position is not known"),
  COURIER_NO_SHOW_MS: duration(600_000, "how long after the estimate a courier who has not arrived is a no-show"),
  COURIER_ASK_AGAIN_MS: duration(120_000, "after what time couriers who did not take an order may be asked again"),
  CARRIER_RETRY_DELAYS_MS: delays(
    "60000,300000,900000,1800000,3600000",
    "delays before a parcel is tried to be booked again, the last one without end",
  ),
  CARRIER_LOOKUP_LAG_MS: duration(30_000, "how long the carrier's look-up may not know a booking yet"),
  CARRIER_POLL_MS: duration(300_000, "after what time a booked parcel is asked for; the pauses grow from there"),
  FRAUD_WINDOW_MS: duration(600_000, "how far back the orders of one customer or card count as one after the other"),
  FRAUD_ORDERS: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .default(20)
    .describe("orders of one customer or card within that time that are believed"),
  FRAUD_WINDOW_AMOUNT: amount(500_000, "what one customer or card may order for within that time"),
  FRAUD_AMOUNT: amount(250_000, "what one order may come to"),
  FRAUD_USUAL_TIMES: z.coerce
    .number()
    .min(1)
    .default(20)
    .describe("how many times a customer's usual amount is unusual; looked at from a fifth of FRAUD_AMOUNT on"),
  FRAUD_NEW_CARD_AMOUNT: amount(100_000, "what a card may pay at once that the customer has not used before"),
  FRAUD_KEPT_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .default(30)
    .describe("how many days back a customer's purchases are looked at"),
  RECONCILE_EVERY_MS: duration(
    600_000,
    "how often the books of gateway and carrier are compared with orders; 0: never",
  ),
  RECONCILE_SETTLED_MS: duration(120_000, "what is younger is not compared: it may be on its way into its order"),
  RECONCILE_LOOK_BACK_MS: duration(86_400_000, "how far back the first comparison goes"),
  CLOCK_FILE: z
    .string()
    .optional()
    .transform((p) => (p === undefined ? undefined : resolve(p)))
    .describe("file with the milliseconds that business time is ahead of real time, for drills; unset, it is not"),
  RECOVERY_SCAN_MS: duration(2_000, "how often due effects are looked for"),
  OWED_SWEEP_MS: duration(5_000, "how often open orders are asked what they are owed"),
  LEDGER_CHAPTER_EVENTS: z.coerce
    .number()
    .int()
    .min(10)
    .default(10_000)
    .describe("events after which a ledger's books are closed"),
});

/** The parsed configuration of a process. */
export type Config = z.output<typeof settings>;

/** A configuration that cannot be used; the message lists every fault with its variable. */
export class ConfigError extends Error {
  readonly code = "config_invalid";
}

type Env = Readonly<Record<string, string | undefined>>;

/** What is wrong with one variable. */
export interface ConfigFault {
  readonly variable: string;
  readonly message: string;
}

/** Reads the configuration from environment variables. Throws ConfigError that names each faulty variable. */
export function readConfig(env: Env = process.env): Config {
  const { config, faults } = readConfigWithFaults(env);
  if (faults.length === 0) return config;
  const lines = faults.map(({ variable, message }) => `  ${variable}: ${message}`);
  throw new ConfigError(`the configuration cannot be used:\n${lines.join("\n")}`);
}

/** As `readConfig`, for who has to go on in any case: a faulty variable is named, and its default stands. */
export function readConfigWithFaults(env: Env = process.env): {
  readonly config: Config;
  readonly faults: readonly ConfigFault[];
} {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = settings.safeParse(given);
  if (parsed.success) return { config: parsed.data, faults: [] };
  const faults = parsed.error.issues.map(({ path, message }) => ({ variable: path.join("."), message }));
  for (const { variable } of faults) delete given[variable];
  return { config: settings.parse(given), faults };
}
