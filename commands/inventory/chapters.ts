import { LRUCache } from "lru-cache";
import type { Actor } from "../../domain/chain/envelope.ts";
import { fingerprint } from "../../domain/chain/ids.ts";
import { closing, opening } from "../../domain/inventory/chapters.ts";
import { type LedgerEvent, reservationIdFor } from "../../domain/inventory/events.ts";
import { toInstant } from "../../infra/clock.ts";
import { type EventStore, WrongRevisionError } from "../../infra/event-store/port.ts";
import { Problem } from "../../infra/http/problems.ts";
import { buildEvents, type Envelope, type Origin } from "../writing/build-events.ts";
import { LedgerBook } from "./ledger-book.ts";
import type { LedgerAnswer, LedgerRequest } from "./requests.ts";

const BOOKKEEPER: Actor = { type: "system", id: "ledger" };
/** The fingerprints of closing and opening hold nothing personal and nothing secret: any process finds the same. */
const BOOK_KEY = new Uint8Array(32);
const OPEN_BOOKS = 2_000;
const OLD_BOOKS = 50;
const MOST_CHAPTERS = 1_000_000;
const MOST_TRIES = 20;
/** How far the clocks of two processes may differ: chapters are looked through for so much longer. */
const CLOCKS_DIFFER_MS = 60_000;

interface ChapterOptions {
  readonly store: EventStore;
  readonly origin: Origin;
  readonly chapterEvents: number;
  hint?(siteId: string): Promise<number | undefined>;
}

/** Finds, closes and opens the chapters of ledgers. */
export class LedgerChapters {
  readonly #options: ChapterOptions;
  readonly #current = new LRUCache<string, LedgerBook>({ max: OPEN_BOOKS });
  readonly #old = new LRUCache<string, LedgerBook>({ max: OLD_BOOKS });

  constructor(options: ChapterOptions) {
    this.#options = options;
  }

  forget(siteId: string): void {
    this.#current.delete(siteId);
  }

  /** The chapter that takes requests now: not closed, and completely opened. Closes a full one on the way. */
  async current(siteId: string): Promise<LedgerBook> {
    let book = this.#current.get(siteId) ?? (await this.#hinted(siteId));
    for (let turns = 0; turns < MOST_CHAPTERS; turns++) {
      if (!book.ledger.closed && book.ledger.events >= this.#options.chapterEvents) await this.#close(book);
      if (!book.ledger.closed) {
        this.#current.set(siteId, book);
        return book;
      }
      book = await this.#next(book);
    }
    throw new Problem("internal", `the ledger of ${siteId} has no end`);
  }

  /** Where the read model says to begin. A chapter that is still being opened is entered from the one before it. */
  async #hinted(siteId: string): Promise<LedgerBook> {
    const chapter = (await this.#options.hint?.(siteId)) ?? 0;
    const book = new LedgerBook(this.#options.store, siteId, chapter);
    await book.refresh();
    const opened = chapter === 0 || (book.revision >= 0n && book.ledger.pagesMissing === 0);
    return opened ? book : await this.#earlier(siteId, chapter - 1);
  }

  /**
   * What an earlier try of this request has left: in this chapter, or in an earlier one that was written after the
   * request's order was placed.
   */
  async traceOf(book: LedgerBook, request: LedgerRequest): Promise<LedgerAnswer | undefined> {
    const since = toInstant(Date.parse(request.since) - CLOCKS_DIFFER_MS);
    for (let chapter = book; ; ) {
      const own = chapter.ownOf(request);
      if (own) return { kind: "done", ledger: chapter.stream, own, repeated: true };
      if (chapter !== book) {
        const known = this.#reservation(chapter, request);
        if (known) return known;
      }
      const { chapter: number, siteId, openedAt } = chapter.ledger;
      if (number === 0 || openedAt === undefined || openedAt <= since) return undefined;
      // The current chapter carries over what is open or voided; what was settled before is known to the old one only.
      chapter = await this.#earlier(siteId, number - 1);
    }
  }

  #reservation(chapter: LedgerBook, { command }: LedgerRequest): LedgerAnswer | undefined {
    if (!("orderId" in command)) return undefined;
    const known = chapter.ledger.reservations.get(reservationIdFor(command.orderId, command.fulfilmentId));
    return known === undefined || known.status === "open" || known.status === "voided"
      ? undefined
      : {
          kind: "known",
          ledger: chapter.stream,
          status: known.status,
          revision: known.revision,
          position: chapter.position,
        };
  }

  async #earlier(siteId: string, chapter: number): Promise<LedgerBook> {
    const key = `${siteId}.${chapter}`;
    const remembered = this.#old.get(key);
    if (remembered) return remembered;
    const book = new LedgerBook(this.#options.store, siteId, chapter);
    await book.refresh();
    if (book.ledger.closed) this.#old.set(key, book);
    return book;
  }

  async #close(book: LedgerBook): Promise<void> {
    await this.#append(book, closing(book.ledger), 0, `ledger.close/${book.ledger.chapter}`, {
      next: book.ledger.chapter + 1,
    });
  }

  /** Opens the chapter after a closed one, or finishes an opening that was left half done. */
  async #next(closed: LedgerBook): Promise<LedgerBook> {
    const { siteId, chapter } = closed.ledger;
    this.#old.set(`${siteId}.${chapter}`, closed);
    const book = new LedgerBook(this.#options.store, siteId, chapter + 1);
    await book.refresh();
    const pages = opening(closed.ledger, closed.hash, closed.lastAt);
    const what = { chapter: chapter + 1, previousHash: closed.hash };
    for (let tries = 0; book.revision < BigInt(pages.length) - 1n && tries < pages.length + MOST_TRIES; tries++) {
      // One page at a time, each chained to what is stored: another process may be writing the very same pages.
      const page = Number(book.revision) + 1;
      const event = pages[page];
      if (event) await this.#append(book, event, page, `ledger.open/${chapter + 1}`, what, closed.lastAt);
    }
    if (book.ledger.pagesMissing > 0) throw new Problem("conflict", `${book.stream} could not be opened; try again`);
    return book;
  }

  async #append(book: LedgerBook, decided: LedgerEvent, index: number, cmd: string, what: unknown, at = book.lastAt) {
    const fp = fingerprint(BOOK_KEY, { command: cmd, body: what });
    const causationId = book.stream;
    const envelope: Envelope = { cmd, fp, at, actor: BOOKKEEPER, correlationId: book.stream, causationId };
    const { events } = buildEvents(book.stream, book, [{ decided, index, envelope }], this.#options.origin);
    try {
      await this.#options.store.append(book.stream, events, book.revision < 0n ? "no_stream" : book.revision);
    } catch (error) {
      if (!(error instanceof WrongRevisionError)) throw error;
    }
    await book.refresh();
  }
}
