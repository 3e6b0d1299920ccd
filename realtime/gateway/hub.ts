import { messageOf } from "../../infra/consumers/waiting.ts";
import type { Log } from "../../infra/log.ts";
import type { ClientMessage, TopicMessage } from "../protocol.ts";
import type { TopicSource } from "../topic-source.ts";
import { Outgoing } from "./outgoing.ts";
import type { Session } from "./session.ts";
import { SnapshotReader } from "./snapshot-reader.ts";
import { Subscription } from "./subscription.ts";

const SNAPSHOTS_AT_ONCE = 6;

/** Who is subscribed to what. */
export class Hub {
  readonly sessions = new Set<Session>();
  readonly #sources: readonly TopicSource[];
  readonly #topics = new Map<string, Set<Subscription>>();
  readonly #reader = new SnapshotReader(SNAPSHOTS_AT_ONCE);
  readonly #log: Log;

  constructor(sources: readonly TopicSource[], log: Log) {
    this.#sources = sources;
    this.#log = log;
  }

  get sources(): readonly TopicSource[] {
    return this.#sources;
  }

  get topicCount(): number {
    return this.#topics.size;
  }

  topicsOf(source: TopicSource): string[] {
    return [...this.#topics.keys()].filter((topic) => topic.startsWith(source.prefix));
  }

  subscriptionsOf(topic: string): Iterable<Subscription> {
    return this.#topics.get(topic) ?? [];
  }

  /** A message from the bus, for everybody who is subscribed to its topic. */
  fanOut(message: TopicMessage): void {
    const subscribed = this.#topics.get(message.topic);
    const [first] = subscribed ?? [];
    if (subscribed === undefined || first === undefined) return;
    const outgoing = new Outgoing(message, first.source);
    for (const subscription of subscribed) subscription.deliver(outgoing);
  }

  subscribe(session: Session, { topic, have }: Extract<ClientMessage, { op: "subscribe" }>): void {
    const existing = session.subscriptions.get(topic);
    if (existing) {
      existing.ask(have);
      return;
    }
    const source = this.#sources.find(({ prefix }) => topic.startsWith(prefix) && topic.length > prefix.length);
    if (source === undefined) {
      session.refuse(topic, "unknown_topic");
      return;
    }
    if (session.subscriptions.size >= session.limits.topics) {
      session.refuse(topic, "too_many_topics");
      return;
    }
    const subscription = new Subscription(session, source, topic, this.#reader, this.#log);
    // Counted from now on, though nothing is sent before the source has allowed it.
    session.subscriptions.set(topic, subscription);
    subscription.ask(have);
    void this.#admit(session, subscription);
  }

  unsubscribe(session: Session, topic: string): void {
    const subscription = session.subscriptions.get(topic);
    if (subscription === undefined) return;
    subscription.close();
    session.subscriptions.delete(topic);
    const subscribed = this.#topics.get(topic);
    subscribed?.delete(subscription);
    if (subscribed?.size === 0) this.#topics.delete(topic);
  }

  leave(session: Session): void {
    this.sessions.delete(session);
    for (const topic of [...session.subscriptions.keys()]) this.unsubscribe(session, topic);
  }

  async #admit(session: Session, subscription: Subscription): Promise<void> {
    const { topic, source } = subscription;
    let refusal: "forbidden" | "unavailable" | undefined;
    try {
      if (!(await source.authorize(session.principal, topic))) refusal = "forbidden";
    } catch (error) {
      this.#log.warn({ topic, cause: messageOf(error) }, "topic could not be authorised");
      refusal = "unavailable";
    }
    // Unsubscribed meanwhile, perhaps subscribed anew.
    if (session.subscriptions.get(topic) !== subscription) return;
    if (refusal) {
      this.unsubscribe(session, topic);
      session.refuse(topic, refusal);
      return;
    }
    // Joined before the snapshot is read, so that no delta falls between the two.
    const subscribed = this.#topics.get(topic) ?? new Set();
    subscribed.add(subscription);
    this.#topics.set(topic, subscribed);
    subscription.admit();
  }
}
