import { LiveConnection } from "../../../realtime/client/connection.ts";

/** Somebody who looks at topics with the browser's own client, and notes whatever should not be. */
export class Watcher {
  readonly breaches: string[] = [];
  deltas = 0;
  snapshots = 0;
  readonly #name: string;
  readonly #live: LiveConnection;
  readonly #shown = new Map<string, string>();

  constructor(
    name: string,
    options: { readonly url: string; readonly token: string; readonly topics: readonly string[] },
  ) {
    this.#name = name;
    this.#live = new LiveConnection({ url: options.url, token: () => options.token, longestPauseMs: LONGEST_PAUSE_MS });
    for (const topic of options.topics) {
      this.#live.subscribe(topic, {
        snapshot: (_data, { version }) => {
          this.snapshots++;
          const before = this.#shown.get(topic);
          if (before !== undefined && BigInt(version) < BigInt(before))
            this.#wrong(topic, `back to ${version}`, before);
          this.#shown.set(topic, version);
        },
        delta: (_data, { version, prev }) => {
          this.deltas++;
          const before = this.#shown.get(topic);
          if (before !== undefined && BigInt(version) <= BigInt(before)) this.#wrong(topic, `again ${version}`, before);
          else if (before !== undefined && prev !== before)
            this.#wrong(topic, `${version}, which follows ${prev}`, before);
          this.#shown.set(topic, version);
        },
      });
    }
  }

  /** The newest version of each topic that is shown. */
  get shown(): ReadonlyMap<string, string> {
    return this.#shown;
  }

  close(): void {
    this.#live.close();
  }

  #wrong(topic: string, what: string, before: string): void {
    this.breaches.push(`${this.#name} was shown ${what} of ${topic} after ${before}`);
  }
}

const LONGEST_PAUSE_MS = 250;
