import { z } from "zod";

/** What `POST /_switch` takes. It replaces all switches: an empty object makes the simulator well again. */
export const switchSettings = z.strictObject({
  latencyMs: z.number().int().min(0).max(3_600_000).default(0).describe("how long a request waits before it is done"),
  errorRate: z.number().min(0).max(1).default(0).describe("share of requests that fail with 500 and do nothing"),
  down: z.boolean().default(false).describe("connections are cut and nothing is done"),
  answerLost: z.boolean().default(false).describe("requests are done, and the connection is cut instead of an answer"),
  only: z.string().optional().describe("the switches hold only for requests whose path contains this"),
  times: z.number().int().min(1).optional().describe("the switches hold for so many requests, then all is well again"),
});

export type SwitchSettings = z.output<typeof switchSettings>;

/** What the switches do to one request. */
export interface Mood {
  readonly latencyMs: number;
  readonly failing: boolean;
  readonly down: boolean;
  readonly answerLost: boolean;
}

const WELL: Mood = { latencyMs: 0, failing: false, down: false, answerLost: false };

/** The switches of one simulator. They are not kept over a restart: a restarted simulator is well. */
export class Switches {
  #settings: SwitchSettings = switchSettings.parse({});
  #left = Number.POSITIVE_INFINITY;

  get settings(): SwitchSettings {
    return this.#settings;
  }

  set(settings: SwitchSettings): void {
    this.#settings = settings;
    this.#left = settings.times ?? Number.POSITIVE_INFINITY;
  }

  /** What happens to the next request for `path`; counts it. */
  moodFor(path: string): Mood {
    const { latencyMs, errorRate, down, answerLost, only } = this.#settings;
    if (this.#left === 0 || (only !== undefined && !path.includes(only))) return WELL;
    this.#left -= 1;
    return { latencyMs, failing: Math.random() < errorRate, down, answerLost };
  }
}
