import { setImmediate as nextTurn } from "node:timers/promises";
import { NO_EVENTS } from "../calls/expected.ts";
import { invalidArgument, toCallError } from "../http/errors.ts";
import type { Answers } from "../http/grpc-call.ts";
import { LIMITS } from "../limits.ts";
import type { EventLog } from "../log/event-log.ts";
import { encodeEvents } from "../wire/event-encoding.ts";
import type { From } from "../wire/read-request.ts";
import { CAUGHT_UP, confirmation } from "../wire/responses.ts";
import { joinLive, type LiveEvent } from "./live-ring.ts";
import type { LiveSubscribers, StreamFollower } from "./live-subscribers.ts";

/**
 * A subscription to one stream: pages from the database, then events as they are committed. A client that takes them
 * too slowly is served from the database again.
 */
export class StreamSubscription implements StreamFollower {
  readonly #call: Answers;
  readonly #name: string;
  readonly #log: EventLog;
  readonly #live: LiveSubscribers;
  /** The last revision that was sent, or that the client has already. */
  #revision: number;
  #announced = false;

  constructor(call: Answers, name: string, from: From, log: EventLog, live: LiveSubscribers) {
    if (name === "") throw invalidArgument("a subscription to a stream without a name");
    this.#call = call;
    this.#name = name;
    this.#log = log;
    this.#live = live;
    this.#revision = from === "start" ? NO_EVENTS : from === "end" ? this.#head() : from;
  }

  start(): void {
    this.#call.onClose(() => this.#live.leaveStream(this.#name, this));
    this.#call.send(confirmation());
    void this.#catchUp();
  }

  offer(events: readonly LiveEvent[]): void {
    if (!this.#call.hasRoom) {
      this.#live.leaveStream(this.#name, this);
      void this.#call.room().then(() => this.#catchUp());
      return;
    }
    const fresh = events.filter((event) => event.revision > this.#revision);
    const last = fresh.at(-1);
    if (last) {
      this.#call.send(joinLive(fresh));
      this.#revision = last.revision;
    }
    this.#announce();
  }

  async #catchUp(): Promise<void> {
    try {
      while (!this.#call.over) {
        const stream = this.#log.streams.named(this.#name);
        if (!stream || this.#revision >= stream.head) return this.#goLive();
        const page = this.#log.streamPage(stream, this.#revision + 1, false, LIMITS.pageEvents);
        const last = page.at(-1);
        if (!last) return this.#goLive();
        this.#call.send(encodeEvents(page).bytes);
        this.#revision = last.revision;
        await (this.#call.hasRoom ? nextTurn() : this.#call.room());
      }
    } catch (error) {
      this.#call.fail(toCallError(error));
    }
  }

  /** Nothing is committed between the look at the head and this: both are in one turn of the event loop. */
  #goLive(): void {
    // Like the real server, which says that it has caught up with a missing stream only after its first event.
    if (this.#head() !== NO_EVENTS) this.#announce();
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
