import { genesisHash } from "../../domain/chain/chain.ts";
import type { Position, RecordedEvent } from "../../domain/chain/envelope.ts";
import { type LedgerEvent, ledgerStream } from "../../domain/inventory/events.ts";
import { emptyLedger, evolve, type Ledger } from "../../domain/inventory/state.ts";
import type { Appended, EventStore } from "../../infra/event-store/port.ts";
import { Problem } from "../../infra/http/problems.ts";
import { BrokenChainError, type OwnTrace, ownEvent } from "../writing/stream-memory.ts";
import type { LedgerRequest } from "./requests.ts";

const PAGE = 2_000;

/** One chapter of a site's ledger as this process has read it. Belongs to the site's sequencer alone. */
export class LedgerBook {
  readonly stream: string;
  readonly ledger: Ledger;
  readonly #store: EventStore;
  revision = -1n;
  hash: string;
  position: Position | undefined;
  /**
   * Latest business time in the chapter. Not that of the last event: a request is timed when it is made, and one that
   * waited long is stored after others that were made later.
   */
  lastAt = "";
  readonly #commands = new Map<string, OwnTrace>();

  constructor(store: EventStore, siteId: string, chapter: number) {
    this.#store = store;
    this.stream = ledgerStream(siteId, chapter);
    this.ledger = emptyLedger(siteId, chapter);
    this.hash = genesisHash(this.stream);
  }

  /** Reads forward to the chapter's end and returns how many events were new. Throws BrokenChainError. */
  async refresh(): Promise<number> {
    let read = 0;
    for (;;) {
      const page = await this.#store.readStream(this.stream, { from: this.revision + 1n, limit: PAGE });
      for (const event of page) this.#fold(event);
      read += page.length;
      if (page.length < PAGE) return read;
    }
  }

  /** After an append at this revision: takes what is stored in its place, as it came by in the live log, or reads it. */
  async appended({ stored }: Appended): Promise<void> {
    if (stored === undefined) await this.refresh();
    else for (const event of stored) this.#fold(event);
  }

  /** What a request has left in this chapter. Throws Problem when its key was used for something else. */
  ownOf({ envelope, kind }: LedgerRequest): OwnTrace | undefined {
    const own = this.#commands.get(envelope.cmd);
    if (own && own.fp !== envelope.fp && kind === "command") {
      throw new Problem("idempotency_key_reused", "this Idempotency-Key belongs to another request");
    }
    return own;
  }

  #fold(event: RecordedEvent): void {
    if (event.revision !== this.revision + 1n || event.metadata?.prevHash !== this.hash) {
      throw new BrokenChainError(
        `${this.stream} revision ${event.revision} does not follow from revision ${this.revision}; run "ordertrail verify"`,
      );
    }
    // Only the project writes ledger streams; the shapes are those of the contract.
    evolve(this.ledger, { type: event.type, data: event.data } as LedgerEvent, event.revision, event.metadata.at);
    this.revision = event.revision;
    this.hash = event.metadata.hash;
    this.position = event.position;
    if (event.metadata.at > this.lastAt) this.lastAt = event.metadata.at;
    const { cmd, fp } = event.metadata;
    const trace = this.#commands.get(cmd);
    this.#commands.set(cmd, { fp, events: [...(trace?.events ?? []), ownEvent(event)] });
  }
}
