import { setImmediate as nextTurn } from "node:timers/promises";
import { toCallError } from "../http/errors.ts";
import type { Answers } from "../http/grpc-call.ts";
import { LIMITS } from "../limits.ts";
import type { EventLog } from "../log/event-log.ts";
import { encodePage, LINK_TYPE } from "../log/links.ts";
import type { ReadRequest } from "../wire/read-request.ts";
import { CAUGHT_UP, checkpoint, confirmation } from "../wire/responses.ts";
import { compileFilter, type EventFilter, type Filterable } from "./filter.ts";
import { joinLive, type LiveEvent } from "./live-ring.ts";
import type { AllFollower, LiveSubscribers } from "./live-subscribers.ts";

/**
 * A subscription to `$all`: pages from the database until it is at the end of the log, then events from the ring. When
 * the client takes them too slowly and the ring has moved on, it goes back to the database and the client notices
 * nothing; the real server would end the subscription here.
 */
export class AllSubscription implements AllFollower {
  readonly #call: Answers;
  readonly #log: EventLog;
  readonly #live: LiveSubscribers;
  readonly #filter: EventFilter | undefined;
  readonly #resolveLinks: boolean;
  /** The last event that was looked at, sent or not. */
  #position: number;
  /** The next event in the ring, once live. */
  #next = 0;
  #sinceCheckpoint = 0;
  #announced = false;
  #waiting = false;

  constructor(call: Answers, request: ReadRequest, log: EventLog, live: LiveSubscribers) {
    this.#call = call;
    this.#log = log;
    this.#live = live;
    this.#filter = request.filter && compileFilter(request.filter);
    this.#resolveLinks = request.resolveLinks;
    const { from } = request;
    this.#position = from === "start" ? 0 : from === "end" ? log.lastPosition : from;
  }

  start(): void {
    this.#call.onClose(() => this.#live.leaveAll(this));
    this.#call.send(confirmation());
    void this.#catchUp();
  }

  wake(): void {
    if (this.#waiting) return;
    while (this.#next < this.#live.ring.next) {
      if (this.#call.over) return;
      if (!this.#call.hasRoom) {
        this.#wakeWithRoom();
        return;
      }
      const events = this.#takeLive();
      if (!events || (this.#resolveLinks && events.some((event) => event.type === LINK_TYPE))) {
        this.#live.leaveAll(this);
        void this.#catchUp();
        return;
      }
      this.#send(events, joinLive);
    }
  }

  async #catchUp(): Promise<void> {
    try {
      while (!this.#call.over) {
        if (this.#position >= this.#log.lastPosition) return this.#goLive();
        const page = this.#log.allPage(this.#position + 1, false, LIMITS.pageEvents);
        // Nothing is left up to the end that was looked at: it was removed from the file.
        if (page.length === 0) this.#position = Math.max(this.#position, this.#log.lastPosition);
        this.#send(page, (events) => encodePage(events, this.#resolveLinks, this.#log));
        await (this.#call.hasRoom ? nextTurn() : this.#call.room());
      }
    } catch (error) {
      this.#call.fail(toCallError(error));
    }
  }

  /** Nothing is committed between the look at the log's end and this: both are in one turn of the event loop. */
  #goLive(): void {
    if (!this.#announced) this.#call.send(CAUGHT_UP);
    this.#announced = true;
    this.#next = this.#live.ring.next;
    this.#live.followAll(this);
  }

  #wakeWithRoom(): void {
    this.#waiting = true;
    void this.#call.room().then(() => {
      this.#waiting = false;
      this.wake();
    });
  }

  /** The next events of the ring, about a page; undefined when they have left it. */
  #takeLive(): LiveEvent[] | undefined {
    const events: LiveEvent[] = [];
    let bytes = 0;
    while (this.#next < this.#live.ring.next && bytes < LIMITS.pageBytes) {
      const event = this.#live.ring.get(this.#next);
      if (!event) return events.length > 0 ? events : undefined;
      // Whoever subscribed from beyond the end waits for events that lie behind that.
      if (event.position > this.#position) events.push(event);
      bytes += event.end - event.start;
      this.#next++;
    }
    return events;
  }

  /** Sends what the filter lets through, and a checkpoint behind each search window. */
  #send<T extends Filterable & { position: number }>(
    events: readonly T[],
    encode: (events: readonly T[]) => Buffer,
  ): void {
    const last = events.at(-1);
    if (!last) return;
    const filter = this.#filter;
    if (!filter) {
      this.#call.send(encode(events));
      this.#position = last.position;
      return;
    }
    let matching: T[] = [];
    const flush = () => {
      if (matching.length > 0) this.#call.send(encode(matching));
      matching = [];
    };
    for (const event of events) {
      if (filter.matches(event)) matching.push(event);
      if (++this.#sinceCheckpoint < filter.checkpointEvery) continue;
      this.#sinceCheckpoint = 0;
      flush();
      this.#call.send(checkpoint(event.position));
    }
    flush();
    this.#position = last.position;
  }
}
