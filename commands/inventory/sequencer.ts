import { decide, type LedgerDecision, missingFrom } from "../../domain/inventory/decide.ts";
import type { MissingItem, StockLine } from "../../domain/inventory/events.ts";
import { speculate } from "../../domain/inventory/speculate.ts";
import { type Appended, type EventStore, WrongRevisionError } from "../../infra/event-store/port.ts";
import { failpoint } from "../../infra/failpoints.ts";
import { Problem } from "../../infra/http/problems.ts";
import { buildEvents, type Origin } from "../writing/build-events.ts";
import { NoLongerOwnedError } from "../writing/no-longer-owned.ts";
import { LedgerChapters } from "./chapters.ts";
import type { LedgerBook } from "./ledger-book.ts";
import type { LedgerAnswer, LedgerRequest } from "./requests.ts";

interface Waiting {
  /** A request, or lines that somebody only wants to know about. */
  readonly request: LedgerRequest | { readonly peek: readonly StockLine[] };
  resolve(answer: LedgerAnswer): void;
  reject(error: unknown): void;
}

export interface SequencerOptions {
  readonly store: EventStore;
  readonly origin: Origin;
  /** Events after which a chapter's books are closed. */
  readonly chapterEvents: number;
  /** Chapter that the read model believes to be current; confirmed by the chapter's last event. */
  hint?(siteId: string): Promise<number | undefined>;
}

/** Requests decided together in one append; about 200 KiB at most. */
const BATCH = 256;
const MOST_WAITING = 5_000;
const MOST_TRIES = 30;
const LONGEST_PAUSE_MS = 100;

/**
 * One batching sequencer per site that is asked, in each process: waiting requests are decided together and appended
 * in one optimistic append; on conflict it reads forward and decides anew. Nobody owns a ledger: two processes may
 * sequence the same site, and the expected revision decides who was first.
 */
export class LedgerSequencer {
  readonly #options: SequencerOptions;
  readonly #chapters: LedgerChapters;
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #running = new Set<string>();

  constructor(options: SequencerOptions) {
    this.#options = options;
    this.#chapters = new LedgerChapters(options);
  }

  /** Asks a site's ledger. Rejects with Refusal, Problem or StoreUnavailableError. */
  async ask(siteId: string, request: LedgerRequest): Promise<LedgerAnswer> {
    return await this.#enqueue(siteId, request);
  }

  /**
   * Which of these lines the site cannot serve, from memory. A shortage is confirmed by a read forward, so that stock
   * that has just come is not refused; a promise is never made here.
   */
  async missing(siteId: string, lines: readonly StockLine[]): Promise<readonly MissingItem[]> {
    const answer = await this.#enqueue(siteId, { peek: lines });
    return answer.kind === "missing" ? answer.missing : [];
  }

  #enqueue(siteId: string, request: Waiting["request"]): Promise<LedgerAnswer> {
    const queue = this.#waiting.get(siteId) ?? [];
    this.#waiting.set(siteId, queue);
    if (queue.length >= MOST_WAITING) {
      return Promise.reject(new Problem("unavailable", "too many orders wait for this site at the moment; try again"));
    }
    return new Promise((resolve, reject) => {
      queue.push({ request, resolve, reject });
      if (!this.#running.has(siteId)) void this.#run(siteId, queue);
    });
  }

  async #run(siteId: string, queue: Waiting[]): Promise<void> {
    this.#running.add(siteId);
    try {
      while (queue.length > 0) {
        const batch = queue.splice(0, BATCH);
        try {
          await this.#serve(siteId, batch);
        } catch (error) {
          this.#chapters.forget(siteId);
          for (const { reject } of batch) reject(error);
        }
      }
    } finally {
      this.#running.delete(siteId);
      if (queue.length === 0) this.#waiting.delete(siteId);
    }
  }

  async #serve(siteId: string, batch: readonly Waiting[]): Promise<void> {
    let open = [...batch];
    let fresh = false;
    for (let tries = 1; open.length > 0; tries++) {
      if (tries > MOST_TRIES) throw new Problem("conflict", `the ledger of ${siteId} changes too fast; try again`);
      const book = await this.#chapters.current(siteId);
      const round = await this.#decide(book, open, fresh);
      if (round.stale) {
        await book.refresh();
        fresh = true;
        continue;
      }
      if (round.entries.length === 0) {
        for (const settle of round.settled) settle();
        return;
      }
      const { events } = buildEvents(book.stream, book, round.entries, this.#options.origin);
      let appended: Appended;
      try {
        failpoint("ledger.before-append");
        const held = stillHeld(open);
        if (held.length < open.length) {
          open = held;
          continue;
        }
        appended = await this.#options.store.append(
          book.stream,
          events,
          book.revision < 0n ? "no_stream" : book.revision,
        );
        failpoint("ledger.after-append");
      } catch (error) {
        if (!(error instanceof WrongRevisionError)) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** tries)));
        await book.refresh();
        fresh = true;
        continue;
      }
      await book.appended(appended);
      fresh = appended.stored === undefined;
      for (const settle of round.settled) settle();
      // What was appended is now found as the command's own trace; whatever another process had stored under the same
      // ids in the meantime is what counts.
      open = open.filter((waiting) => {
        if (!round.asked.has(waiting) || "peek" in waiting.request) return false;
        try {
          const own = book.ownOf(waiting.request);
          if (!own) return true;
          waiting.resolve({ kind: "done", ledger: book.stream, own, repeated: false });
        } catch (error) {
          waiting.reject(error);
        }
        return false;
      });
    }
  }

  /** Decides the waiting requests one upon the other, and takes the speculation back before it returns. */
  async #decide(book: LedgerBook, open: readonly Waiting[], fresh: boolean) {
    const entries: Parameters<typeof buildEvents>[2][number][] = [];
    const asked = new Set<Waiting>();
    const settled: (() => void)[] = [];
    const undo: (() => void)[] = [];
    const own = new Set<string>();
    let stale = false;
    try {
      for (const waiting of open) {
        const { request } = waiting;
        if ("peek" in request) {
          const missing = missingFrom(book.ledger, request.peek);
          if (missing.length > 0 && !fresh) stale = true;
          else settled.push(() => waiting.resolve({ kind: "missing", missing }));
          continue;
        }
        const cmd = request.envelope.cmd;
        try {
          const before = own.has(cmd) ? undefined : await this.#chapters.traceOf(book, request);
          if (before) {
            settled.push(() => waiting.resolve(before));
            continue;
          }
          const decision = decide(request.command, book.ledger);
          if (decision.kind === "append" && !own.has(cmd)) {
            own.add(cmd);
            asked.add(waiting);
            const revision = book.revision + BigInt(entries.length) + 1n;
            undo.push(speculate(book.ledger, decision.event, revision, request.envelope.at));
            entries.push({ decided: decision.event, index: 0, envelope: request.envelope });
          } else if (own.has(cmd)) {
            asked.add(waiting); // the same request twice in one batch: both are answered by the one event
          } else if (!fresh) stale = true;
          else settled.push(() => waiting.resolve(answerOf(decision, book)));
        } catch (error) {
          if (fresh) settled.push(() => waiting.reject(error));
          else stale = true;
        }
      }
    } finally {
      for (const takeBack of undo.reverse()) takeBack();
    }
    // Whoever is not served by an append is answered from a reading that is up to date.
    return { entries, asked, settled, stale: stale && !fresh };
  }
}

/** The requests that their process may still make; the others are rejected. */
function stillHeld(open: readonly Waiting[]): Waiting[] {
  return open.filter(({ request, reject }) => {
    if ("peek" in request || request.held?.() !== false) return true;
    reject(new NoLongerOwnedError(request.envelope.cmd));
    return false;
  });
}

function answerOf(decision: LedgerDecision, book: LedgerBook): LedgerAnswer {
  switch (decision.kind) {
    case "known":
      return {
        kind: "known",
        ledger: book.stream,
        status: decision.status,
        revision: decision.revision,
        position: book.position,
      };
    case "missing":
      return decision;
    default:
      return { kind: "nothing", ledger: book.stream, revision: book.revision, position: book.position };
  }
}
