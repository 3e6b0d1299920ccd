import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { OpenLive } from "./echo.ts";
import type { LiveFollower, LiveLog } from "./port.ts";

type Own = Parameters<OpenLive>[0];

/** A live reading that somebody else has opened, as it tells what it hears. */
export interface SharedReading {
  /** The store has taken it: from here on it misses nothing. */
  confirmed(): void;
  event(event: RecordedEvent): void;
  ended(): void;
}

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * The live log of a process, heard once: from the reading that a feed has opened anyway, or else from one of its own,
 * opened for the echo of appends. To decode every event a second time costs as much as handling it.
 */
export class LiveSource implements LiveLog {
  readonly #openOwn: OpenLive;
  readonly #followers = new Set<LiveFollower>();
  readonly #shared = new Set<object>();
  /** The reading that is heard now; an identity and nothing more. */
  #from: object | undefined;
  #stopOwn: (() => void) | undefined;
  #echo: Own | undefined;
  #heardUpTo = NEVER;

  constructor(openOwn: OpenLive) {
    this.#openOwn = openOwn;
  }

  get open(): boolean {
    return this.#from !== undefined;
  }

  get heardUpTo(): number {
    return this.#heardUpTo;
  }

  follow(follower: LiveFollower): void {
    this.#followers.add(follower);
  }

  /** For the echo: hears what is heard now, or opens a reading. */
  readonly hear: OpenLive = (echo) => {
    this.#echo = echo;
    if (this.#from !== undefined) echo.ready();
    else if (this.#stopOwn === undefined) this.#begin();
    return () => {
      if (this.#echo === echo) this.#echo = undefined;
      this.#endOwn();
    };
  };

  /** A reading of $all that somebody opens for a purpose of their own. */
  reading(): SharedReading {
    const reading = {};
    return {
      confirmed: () => {
        this.#shared.add(reading);
        if (this.#from !== undefined && this.#shared.has(this.#from)) return;
        this.#endOwn();
        this.#switchTo(reading);
      },
      event: (event) => this.#deliver(reading, event),
      ended: () => {
        this.#shared.delete(reading);
        if (this.#from === reading) this.#over();
      },
    };
  }

  /**
   * To be called when an append is sent; what it answers, when the append's own events have come by: everything that the
   * store had taken before has come by then, because all of it comes in one order.
   */
  sent(): () => void {
    const [from, at] = [this.#from, performance.now()];
    return () => {
      if (from !== undefined && from === this.#from) this.#heardUpTo = Math.max(this.#heardUpTo, at);
    };
  }

  #begin(): void {
    const own = {};
    const stop = this.#openOwn({
      ready: () => {
        if (this.#stopOwn === end) this.#switchTo(own);
      },
      event: (event) => this.#deliver(own, event),
      ended: () => {
        if (this.#stopOwn !== end) return;
        this.#stopOwn = undefined;
        if (this.#from === own) this.#over();
        else this.#echo?.ended();
      },
    });
    const end = () => {
      this.#stopOwn = undefined;
      stop();
      if (this.#from === own) this.#switchTo(undefined);
    };
    this.#stopOwn = end;
  }

  #endOwn(): void {
    this.#stopOwn?.();
  }

  #over(): void {
    const [next] = this.#shared;
    this.#switchTo(next);
    if (next === undefined) this.#echo?.ended();
  }

  #switchTo(reading: object | undefined): void {
    this.#from = reading;
    this.#heardUpTo = NEVER;
    for (const follower of this.#followers) follower.gap();
    if (reading !== undefined) this.#echo?.ready();
  }

  #deliver(reading: object, event: RecordedEvent): void {
    if (this.#from !== reading) return;
    for (const follower of this.#followers) follower.event(event);
    this.#echo?.event(event);
  }
}
