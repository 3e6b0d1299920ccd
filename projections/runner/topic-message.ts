/**
 * A change of one topic, as the contract's section "Topics" fixes it. `Data` is whatever the topic's subscribers show:
 * the new state of the row that changed, never a difference.
 *
 * One topic has at most one message for each version: what one event changes in one topic travels together.
 */
export interface TopicMessage<Data = unknown> {
  readonly topic: string;
  /** Names the projection's generation: `<projection>:<generation>`. */
  readonly epoch: string;
  /** Commit position of the event that caused it (the last one, when a batch is folded into one message); decimal. */
  readonly version: string;
  /** The topic's version before; null when this is the topic's first. */
  readonly prev: string | null;
  /** Business time of that event. */
  readonly at: string;
  readonly data: Data;
}

/** Where a projection puts its topic messages; they become visible with the transaction that wrote the rows. */
export interface Outbox {
  /** Adds messages, in the order in which each topic's subscribers are to see them. */
  publish(messages: readonly TopicMessage[]): Promise<void>;
}
