import { compareVersions, type Have, type Refusal, type ServerMessage, type TopicMessage } from "../protocol.ts";

export interface TopicHandlers<Snapshot, Delta> {
  /** The whole state: replaces whatever is shown. */
  snapshot(data: Snapshot, have: Have): void;
  /** What changed, as its whole new state. */
  delta(data: Delta, message: TopicMessage<Delta>): void;
  /** There is nothing in this topic yet. */
  empty?(): void;
  /** `unavailable` is asked for again by itself. */
  refused?(reason: Refusal): void;
}

type Handlers = TopicHandlers<unknown, unknown>;

/** What the connection has to do after a message. */
export type Next = "nothing" | "ask_again" | "ask_later";

/** One topic of a page: where it stands, and who shows it. It never goes back in version within an epoch. */
export class Topic {
  readonly name: string;
  readonly handlers = new Set<Handlers>();
  #have: Have | undefined;
  /** A snapshot was asked for: deltas that arrive before it cannot be placed. */
  #asked = false;

  constructor(name: string) {
    this.name = name;
  }

  get have(): Have | undefined {
    return this.#have;
  }

  /** The topic is being asked for; with `afresh` whatever the client has, because somebody new wants to show it. */
  asking(afresh: boolean): Have | undefined {
    this.#asked = true;
    return afresh ? undefined : this.#have;
  }

  take(message: Extract<ServerMessage, { topic: string }>): Next {
    switch (message.op) {
      case "snapshot":
        return this.#snapshot(message);
      case "delta":
        return this.#delta(message);
      case "current":
        this.#asked = false;
        return "nothing";
      case "empty":
        this.#asked = false;
        this.#have = undefined;
        for (const handlers of this.handlers) handlers.empty?.();
        return "nothing";
      case "refused":
        for (const handlers of this.handlers) handlers.refused?.(message.reason);
        return message.reason === "unavailable" ? "ask_later" : "nothing";
    }
  }

  #snapshot({ epoch, version, data }: Extract<ServerMessage, { op: "snapshot" }>): Next {
    this.#asked = false;
    const have = this.#have;
    if (have?.epoch === epoch && compareVersions(version, have.version) < 0) return "nothing";
    this.#have = { epoch, version };
    for (const handlers of this.handlers) handlers.snapshot(data, this.#have);
    return "nothing";
  }

  #delta(message: Extract<ServerMessage, { op: "delta" }>): Next {
    const have = this.#have;
    if (this.#asked && have === undefined && message.prev !== null) return "nothing";
    if (have !== undefined) {
      if (have.epoch === message.epoch && compareVersions(message.version, have.version) <= 0) return "nothing";
      if (have.epoch !== message.epoch || message.prev !== have.version) return this.#asked ? "nothing" : "ask_again";
    } else if (message.prev !== null) return "ask_again";
    this.#have = { epoch: message.epoch, version: message.version };
    for (const handlers of this.handlers) handlers.delta(message.data, message);
    return "nothing";
  }
}
