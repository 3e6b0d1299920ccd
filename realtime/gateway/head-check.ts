import { messageOf, pause } from "../../infra/consumers/waiting.ts";
import type { Log } from "../../infra/log.ts";
import type { Have } from "../protocol.ts";
import type { TopicSource } from "../topic-source.ts";
import type { Hub } from "./hub.ts";
import { isBehind } from "./judgement.ts";

/** Topics compared by one statement. */
const TOPICS_AT_ONCE = 5_000;

export interface HeadCheckOptions {
  readonly hub: Hub;
  readonly log: Log;
  readonly everyMs: number;
  /** How long a message may be on its way from the commit to the socket before it counts as lost. */
  readonly graceMs: number;
  /**
   * Up to when the read models are known to show everything (epoch milliseconds); they cannot know themselves that
   * their projection stands still. Undefined when it cannot be told, which is not fresh.
   */
  readonly freshness?: (() => Promise<number | undefined>) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Compares what was sent with what the database shows: a lost last message leaves no gap for the next one to reveal.
 */
export class HeadCheck {
  readonly #options: HeadCheckOptions;
  #asOf = Date.now();
  #repaired = 0;

  constructor(options: HeadCheckOptions) {
    this.#options = options;
  }

  /** When everything that was sent was last known to be the newest; epoch milliseconds of this machine. */
  get asOf(): number {
    return this.#asOf;
  }

  /** Subscriptions that had missed something without a sign. */
  get repaired(): number {
    return this.#repaired;
  }

  async run(): Promise<void> {
    const { signal, everyMs, log } = this.#options;
    while (!signal.aborted) {
      await pause(everyMs, signal);
      if (signal.aborted) return;
      try {
        await this.check();
      } catch (error) {
        log.warn({ cause: messageOf(error) }, "topics could not be compared with the database");
      }
    }
  }

  /** One comparison; rejects when a source cannot be asked, and then nothing is known to be fresh. */
  async check(): Promise<void> {
    const { hub, freshness } = this.#options;
    const begun = Date.now();
    for (const source of hub.sources) {
      const topics = hub.topicsOf(source);
      for (let from = 0; from < topics.length; from += TOPICS_AT_ONCE) {
        await this.#compare(source, topics.slice(from, from + TOPICS_AT_ONCE));
      }
    }
    const fresh = freshness === undefined ? begun : await freshness();
    if (fresh !== undefined) this.#asOf = Math.max(this.#asOf, Math.min(begun, fresh));
  }

  async #compare(source: TopicSource, topics: readonly string[]): Promise<void> {
    const { hub, graceMs, signal } = this.#options;
    const heads = await source.heads(topics);
    for (const topic of topics) {
      for (const subscription of hub.subscriptionsOf(topic)) if (subscription.stale) subscription.repair();
    }
    const behind = [...heads].filter(([topic, head]) => this.#isMissed(topic, head));
    if (behind.length === 0) return;
    // What was committed a moment ago is still on its way.
    await pause(graceMs, signal);
    for (const [topic, head] of behind) {
      for (const subscription of hub.subscriptionsOf(topic)) {
        if (!subscription.settled || !isBehind(subscription.sent, head)) continue;
        this.#repaired++;
        subscription.repair();
      }
    }
  }

  #isMissed(topic: string, head: Have): boolean {
    for (const subscription of this.#options.hub.subscriptionsOf(topic)) {
      if (subscription.settled && isBehind(subscription.sent, head)) return true;
    }
    return false;
  }
}
