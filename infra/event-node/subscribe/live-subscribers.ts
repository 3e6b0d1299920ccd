import type { LoggedEvent } from "../log/event-log.ts";
import { type LiveEvent, LiveRing } from "./live-ring.ts";

/** Follows `$all` from the ring at its own pace; woken when there is something new. */
export interface AllFollower {
  wake(): void;
}

/** Follows one stream; handed the stream's new events as they are committed. */
export interface StreamFollower {
  offer(events: readonly LiveEvent[]): void;
}

/** Who is live, and the events they are served from. */
export class LiveSubscribers {
  readonly ring = new LiveRing();
  readonly #all = new Set<AllFollower>();
  readonly #byStream = new Map<string, Set<StreamFollower>>();

  followAll(follower: AllFollower): void {
    this.#all.add(follower);
  }

  leaveAll(follower: AllFollower): void {
    this.#all.delete(follower);
  }

  followStream(name: string, follower: StreamFollower): void {
    const followers = this.#byStream.get(name);
    if (followers) followers.add(follower);
    else this.#byStream.set(name, new Set([follower]));
  }

  leaveStream(name: string, follower: StreamFollower): void {
    const followers = this.#byStream.get(name);
    followers?.delete(follower);
    if (followers?.size === 0) this.#byStream.delete(name);
  }

  /** Hands out what a commit made visible. */
  publish(events: readonly LoggedEvent[]): void {
    const wanted = this.#all.size > 0 || events.some((event) => this.#byStream.has(event.streamName));
    if (!wanted) {
      this.ring.skip(events.length);
      return;
    }
    const live = this.ring.push(events);
    if (this.#byStream.size > 0) this.#offerByStream(live);
    for (const follower of [...this.#all]) follower.wake();
  }

  #offerByStream(live: readonly LiveEvent[]): void {
    const followed = live.filter((event) => this.#byStream.has(event.streamName));
    for (const [name, events] of Map.groupBy(followed, (event) => event.streamName))
      for (const follower of [...(this.#byStream.get(name) ?? [])]) follower.offer(events);
  }
}
