import type { Principal } from "../../infra/auth/principal.ts";
import { messageOf, pause } from "../../infra/consumers/waiting.ts";
import type { Log } from "../../infra/log.ts";
import { compareVersions, type Have, type Refusal } from "../protocol.ts";
import type { TopicSource } from "../topic-source.ts";
import { judge } from "./judgement.ts";
import { encode, type Outgoing } from "./outgoing.ts";
import type { SnapshotReader } from "./snapshot-reader.ts";

/** Deltas kept while a snapshot is read; with more, another snapshot is cheaper. */
const LONGEST_BUFFER = 64;
/** A topic whose deltas do not fit together is repaired this often at most. */
const BETWEEN_SNAPSHOTS_MS = 200;

/** Who a subscription sends to. */
export interface Recipient {
  readonly principal: Principal;
  /** Takes nothing more for the moment. */
  readonly slow: boolean;
  /** Aborted when it is there no longer. */
  readonly gone: AbortSignal;
  send(bytes: Buffer): void;
  refuse(topic: string, reason: Refusal): void;
}

/**
 * One topic for one socket. What was sent last decides what is sent next: the delta that follows it, nothing, or a
 * snapshot. While a snapshot is read, deltas are kept and judged afterwards.
 */
export class Subscription {
  readonly topic: string;
  readonly source: TopicSource;
  readonly #recipient: Recipient;
  readonly #reader: SnapshotReader;
  readonly #log: Log;
  #sent: Have | undefined;
  #admitted = false;
  #reading = false;
  #again = false;
  #closed = false;
  /** The client knows nothing yet, not even that there is nothing. */
  #answered = false;
  /** Something was left out; only a snapshot makes it good. */
  #stale = false;
  #buffer: Outgoing[] = [];
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(recipient: Recipient, source: TopicSource, topic: string, reader: SnapshotReader, log: Log) {
    this.#recipient = recipient;
    this.source = source;
    this.topic = topic;
    this.#reader = reader;
    this.#log = log;
  }

  /** What the client has by what was sent to it; undefined while a snapshot is on its way or nothing exists. */
  get sent(): Have | undefined {
    return this.#sent;
  }

  /** Whether what was sent may be compared with the head: otherwise a repair is already under way. */
  get settled(): boolean {
    return !this.#reading && !this.#closed;
  }

  /** Something was left out that only a snapshot makes good, and none is on its way. */
  get stale(): boolean {
    return this.#stale && this.settled;
  }

  /** The client asks, for the first time or again, and says where it stands. Nothing is sent before `admit`. */
  ask(have: Have | undefined): void {
    this.#sent = have;
    this.#answered = false;
    if (this.#admitted) this.repair();
  }

  /** The source has allowed it. */
  admit(): void {
    this.#admitted = true;
    this.repair();
  }

  close(): void {
    this.#closed = true;
    this.#buffer = [];
  }

  /** A delta from the bus. */
  deliver(outgoing: Outgoing): void {
    if (this.#closed) return;
    if (this.#reading) {
      if (this.#buffer.length < LONGEST_BUFFER) this.#buffer.push(outgoing);
      else this.#again = true;
      return;
    }
    this.#judge(outgoing);
  }

  /** Brings the client to the newest state by a snapshot, now or when its socket takes data again. */
  repair(): void {
    if (this.#closed) return;
    if (this.#reading) {
      this.#again = true;
      return;
    }
    if (this.#recipient.slow) {
      this.#stale = true;
      return;
    }
    this.#reading = true;
    void this.#readUntilCurrent();
  }

  #judge(outgoing: Outgoing): void {
    const { message } = outgoing;
    const judgement = judge(this.#sent, message);
    if (judgement === "drop") return;
    if (this.#recipient.slow) {
      this.#stale = true;
      return;
    }
    if (judgement === "gap") {
      this.repair();
      return;
    }
    this.#recipient.send(outgoing.bytesFor(this.#recipient.principal));
    this.#sent = { epoch: message.epoch, version: message.version };
  }

  async #readUntilCurrent(): Promise<void> {
    do {
      this.#again = false;
      await pause(Math.max(0, this.#readAt + BETWEEN_SNAPSHOTS_MS - performance.now()), this.#recipient.gone);
      this.#readAt = performance.now();
      await this.#readOnce();
    } while (this.#again && !this.#closed && !this.#recipient.slow && !this.#stale);
    if (this.#again) this.#stale = true;
    this.#reading = false;
    const kept = this.#buffer;
    this.#buffer = [];
    for (const outgoing of kept) this.deliver(outgoing);
  }

  async #readOnce(): Promise<void> {
    if (this.#closed) return;
    try {
      const snapshot = await this.#reader.read(this.source, this.topic, this.#recipient.principal);
      if (this.#closed) return;
      if (this.#recipient.slow) {
        this.#stale = true;
        return;
      }
      this.#stale = false;
      if (snapshot === undefined) this.#sendEmpty();
      else this.#sendSnapshot(snapshot, snapshot.data);
    } catch (error) {
      this.#log.warn({ topic: this.topic, cause: messageOf(error) }, "snapshot could not be read");
      this.#stale = true;
      if (!this.#answered) this.#recipient.refuse(this.topic, "unavailable");
    }
  }

  #sendEmpty(): void {
    if (!this.#answered || this.#sent) this.#recipient.send(encode({ op: "empty", topic: this.topic }));
    this.#answered = true;
    this.#sent = undefined;
  }

  #sendSnapshot({ epoch, version }: Have, data: unknown): void {
    const sent = this.#sent;
    const notNewer = sent?.epoch === epoch && compareVersions(version, sent.version) <= 0;
    if (!notNewer) {
      this.#recipient.send(encode({ op: "snapshot", topic: this.topic, epoch, version, data }));
      this.#sent = { epoch, version };
    } else if (!this.#answered) {
      this.#recipient.send(encode({ op: "current", topic: this.topic, epoch, version: sent.version }));
    }
    this.#answered = true;
  }
}
