import { setImmediate as nextTurn } from "node:timers/promises";
import { NO_EVENTS } from "../calls/expected.ts";
import { invalidArgument, streamDeleted, toCallError } from "../http/errors.ts";
import type { Answers } from "../http/grpc-call.ts";
import { LIMITS } from "../limits.ts";
import type { EventLog } from "../log/event-log.ts";
import { encodePage, LINK_TYPE } from "../log/links.ts";
import { DELETED } from "../log/stream-rules.ts";
import type { ReadRequest } from "../wire/read-request.ts";
import { CAUGHT_UP, confirmation } from "../wire/responses.ts";
import { joinLive, type LiveEvent } from "./live-ring.ts";
import type { LiveSubscribers, StreamFollower } from "./live-subscribers.ts";

/**
 * A subscription to one stream: pages from the database, then events as they are committed. A client that takes them
 * too slowly is served from the database again. One to a stream that is or becomes tombstoned is ended.
 */
export class StreamSubscription implements StreamFollower {
  readonly #call: Answers;
  readonly #name: string;
  readonly #log: EventLog;
  readonly #live: LiveSubscribers;
  readonly #resolveLinks: boolean;
  /** The last revision that was sent, or that the client has already. */
  #revision: number;
  #announced = false;

  constructor(call: Answers, name: string, request: ReadRequest, log: EventLog, live: LiveSubscribers) {
    if (name === "") throw invalidArgument("a subscription to a stream without a name");
    if (log.streams.isTombstoned(name)) throw streamDeleted(name);
    this.#call = call;
    this.#name = name;
    this.#log = log;
    this.#live = live;
    this.#resolveLinks = request.resolveLinks;
    const { from } = request;
    this.#revision = from === "start" ? NO_EVENTS : from === "end" ? this.#head() : from;
  }

  start(): void {
    this.#call.onClose(() => this.#live.leaveStream(this.#name, this));
    this.#call.send(confirmation());
    void this.#catchUp();
  }

  offer(events: readonly LiveEvent[]): void {
    const fresh = events.filter((event) => event.revision > this.#revision);
    const toResolve = this.#resolveLinks && fresh.some((event) => event.type === LINK_TYPE);
    if (toResolve || !this.#call.hasRoom) {
      this.#live.leaveStream(this.#name, this);
      void this.#call.room().then(() => this.#catchUp());
      return;
    }
    const last = fresh.at(-1);
    if (last) {
      this.#call.send(joinLive(fresh));
      this.#revision = last.revision;
    }
    this.#announce();
    if (last?.revision === DELETED) this.#call.fail(streamDeleted(this.#name));
  }

  async #catchUp(): Promise<void> {
    try {
      while (!this.#call.over) {
        const seen = this.#log.visible(this.#name);
        if (seen.kind === "tombstoned") throw streamDeleted(this.#name);
        if (seen.kind === "not-found") return this.#goLive(false);
        const from = Math.max(this.#revision + 1, seen.first);
        if (from > seen.stream.head) return this.#goLive(true);
        const page = this.#log.streamPage(seen.stream, from, false, LIMITS.pageEvents);
        const last = page.at(-1);
        if (!last) return this.#goLive(true);
        this.#call.send(encodePage(page, this.#resolveLinks, this.#log));
        this.#revision = last.revision;
        await (this.#call.hasRoom ? nextTurn() : this.#call.room());
      }
    } catch (error) {
      this.#call.fail(toCallError(error));
    }
  }

  /** Nothing is committed between the look at the head and this: both are in one turn of the event loop. */
  #goLive(exists: boolean): void {
    // Like the real server, which says that it has caught up with a missing stream only after its first event.
    if (exists) this.#announce();
    this.#live.followStream(this.#name, this);
  }

  #announce(): void {
    if (!this.#announced) this.#call.send(CAUGHT_UP);
    this.#announced = true;
  }

  #head(): number {
    return this.#log.streams.named(this.#name)?.head ?? NO_EVENTS;
  }
}
