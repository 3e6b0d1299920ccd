import { z } from "zod";
import type { Clock } from "../../clock.ts";
import { toInstant } from "../../clock.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const milliseconds = (most: number) => z.number().int().min(0).max(most);

/** Switches that every simulator has. */
const COMMON = {
  latencyMs: milliseconds(HOUR_MS)
    .default(0)
    .describe("how long a request waits before it is done (real milliseconds)"),
  errorRate: z.number().min(0).max(1).default(0).describe("share of requests that fail and do nothing, 0 to 1"),
  errorStatus: z
    .number()
    .int()
    .min(400)
    .max(599)
    .optional()
    .describe("status that such a request is answered with; default 500, of the mail server 451"),
  down: z.boolean().default(false).describe("connections are cut and nothing is done"),
  downForMs: milliseconds(400 * DAY_MS)
    .optional()
    .describe("down until so many milliseconds of business time have passed"),
  answerLost: z.boolean().default(false).describe("requests are done, and the connection is cut instead of an answer"),
  only: z
    .string()
    .min(1)
    .optional()
    .describe(
      "the switches hold only for requests whose method and path (of the mail server: recipient) contain this, such as `POST /shipments`",
    ),
  times: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("the switches hold for so many requests or webhooks, then all is well again"),
};

/** Switches of simulators whose requests name a place. */
const PLACE = {
  place: z
    .string()
    .min(1)
    .optional()
    .describe("the switches hold only for requests that name this site or city; all others are well"),
};

/** Switches of simulators that can be asked by our own reference. */
const LOOKUP = {
  lookupLagMs: milliseconds(30 * DAY_MS)
    .default(0)
    .describe("a lookup by reference does not find what is younger than this (business time)"),
};

/** Switches of simulators that send webhooks. */
const WEBHOOKS = {
  duplicate: z.boolean().default(false).describe("every webhook is sent twice"),
  late: milliseconds(30 * DAY_MS)
    .default(0)
    .describe("webhooks are sent so much later, in milliseconds of business time"),
  outOfOrder: z.boolean().default(false).describe("webhooks are gathered for a moment and sent last first"),
  wrongSignature: z.boolean().default(false).describe("webhooks are signed with another secret than the agreed one"),
  silent: z.boolean().default(false).describe("webhooks are never sent"),
};

/** Switches that only some simulators have, by what a simulator must do for them to mean anything. */
export const SWITCH_GROUPS = { place: PLACE, lookup: LOOKUP, webhooks: WEBHOOKS } as const;

export type SwitchGroup = keyof typeof SWITCH_GROUPS;

/** Why a simulator refuses the switches of a group. */
const LACKING: Readonly<Record<SwitchGroup, string>> = {
  place: "its requests name no place",
  lookup: "nothing is looked up by reference here",
  webhooks: "it sends no webhooks",
};

export const COMMON_SWITCHES = COMMON;

const every = z.strictObject({ ...COMMON, ...PLACE, ...LOOKUP, ...WEBHOOKS });

/** Switches as they are set; those that a simulator does not have are off. */
export type SwitchSettings = z.output<typeof every>;

/** What the switches do to one request. */
export interface Mood {
  readonly latencyMs: number;
  readonly failing: boolean;
  /** Status of a request that fails; undefined: the simulator's own. */
  readonly errorStatus: number | undefined;
  readonly down: boolean;
  readonly answerLost: boolean;
}

/** What the switches do to one webhook. */
export type WebhookMood = Pick<SwitchSettings, "duplicate" | "late" | "wrongSignature" | "silent">;

const WELL: Mood = { latencyMs: 0, failing: false, errorStatus: undefined, down: false, answerLost: false };
const WELL_SAID: WebhookMood = { duplicate: false, late: 0, wrongSignature: false, silent: false };

/** Either the settings, or what is wrong with what was sent, for people. */
type Read = { readonly settings: SwitchSettings } | { readonly error: string };

/** The switches of one simulator. They are not kept over a restart: a restarted simulator is well. */
export class Switches {
  readonly #groups: ReadonlySet<SwitchGroup>;
  readonly #clock: Clock;
  #settings: SwitchSettings = every.parse({});
  #left = Number.POSITIVE_INFINITY;
  #downUntil = 0;

  constructor(groups: readonly SwitchGroup[], clock: Clock) {
    this.#groups = new Set(groups);
    this.#clock = clock;
  }

  /** The switches that this simulator has, as they stand. */
  get settings(): Readonly<Record<string, unknown>> {
    const taken = this.#taken();
    const shown = Object.entries(this.#settings).filter(([name]) => taken.includes(name));
    const until = this.#isDownForATime() ? { downUntil: toInstant(this.#downUntil) } : {};
    const left = Number.isFinite(this.#left) ? { timesLeft: this.#left } : {};
    return { ...Object.fromEntries(shown), ...until, ...left };
  }

  /** Reads what somebody sent; it replaces all switches, so that an empty object makes the simulator well again. */
  set(body: unknown): Read {
    const read = this.#read(body);
    if ("error" in read) return read;
    this.#settings = read.settings;
    this.#left = read.settings.times ?? Number.POSITIVE_INFINITY;
    this.#downUntil = read.settings.downForMs === undefined ? 0 : this.#clock.now() + read.settings.downForMs;
    return read;
  }

  /** What happens to the next request for `path`, which names these places; counts it. */
  moodFor(path: string, places: readonly string[] = []): Mood {
    const { latencyMs, errorRate, errorStatus, down, answerLost, only, place } = this.#settings;
    const away = down || this.#isDownForATime();
    if (!away && !answerLost && latencyMs === 0 && errorRate === 0) return WELL;
    if (only !== undefined && !path.includes(only)) return WELL;
    if (place !== undefined && !places.includes(place)) return WELL;
    if (!this.#count()) return WELL;
    return { latencyMs, failing: Math.random() < errorRate, errorStatus, down: away, answerLost };
  }

  /** Whether nobody would be answered now, wherever; counts nothing. */
  get down(): boolean {
    const { down, only, place } = this.#settings;
    return this.#left > 0 && only === undefined && place === undefined && (down || this.#isDownForATime());
  }

  /** What happens to the next webhook; counts it. */
  webhookMood(): WebhookMood {
    const { duplicate, late, outOfOrder, wrongSignature, silent } = this.#settings;
    if (!duplicate && late === 0 && !outOfOrder && !wrongSignature && !silent) return WELL_SAID;
    return this.#count() ? { duplicate, late, wrongSignature, silent } : WELL_SAID;
  }

  get outOfOrder(): boolean {
    return this.#left > 0 && this.#settings.outOfOrder;
  }

  get lookupLagMs(): number {
    return this.#settings.lookupLagMs;
  }

  #isDownForATime(): boolean {
    return this.#clock.now() < this.#downUntil;
  }

  #count(): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }

  #taken(): string[] {
    return [COMMON, ...[...this.#groups].map((group) => SWITCH_GROUPS[group])].flatMap((group) => Object.keys(group));
  }

  #read(body: unknown): Read {
    const taken = this.#taken();
    const faults: string[] = [];
    const given = typeof body === "object" && body !== null ? Object.keys(body) : [];
    for (const name of given) {
      if (taken.includes(name)) continue;
      const lacking = (Object.keys(SWITCH_GROUPS) as SwitchGroup[]) // the object's own keys
        .find((group) => name in SWITCH_GROUPS[group]);
      faults.push(
        lacking === undefined
          ? `${name}: there is no such switch`
          : `${name}: this simulator cannot do that, since ${LACKING[lacking]}`,
      );
    }
    if (faults.length > 0) return { error: `${faults.join("; ")}. Its switches are ${taken.join(", ")}` };
    const parsed = every.safeParse(body);
    return parsed.success ? { settings: parsed.data } : { error: z.prettifyError(parsed.error) };
  }
}
