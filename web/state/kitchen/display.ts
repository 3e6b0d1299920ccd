import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { TicketView } from "../../../projections/views.ts";
import { type KitchenAct, postKitchenAct } from "../../api/endpoints.ts";
import { NoAnswer } from "../../api/problem.ts";
import { now } from "../clock.ts";
import { newId } from "../ids.ts";
import { acknowledge, isAcknowledged } from "./acknowledged.ts";
import { allDay, type DayCount, isStopped } from "./acts.ts";
import { Board } from "./board.ts";
import { type Entry, idOf, type MutableEntry, newEntry, showView } from "./entry.ts";
import { type Feed, feedTickets } from "./feed.ts";
import { chime } from "./sound.ts";

/** The display of one kitchen: its tickets, where they stand, and what touches do to them. */
export class Display {
  readonly board: Board;
  readonly feed: Feed;
  readonly counts: ReadonlySignal<readonly DayCount[]>;
  /** How many tickets are on the board. */
  readonly size: ReadonlySignal<number>;
  readonly #entries = new Map<string, MutableEntry>();
  readonly #changes = signal(0);
  readonly #unlinked: () => void;
  #first = true;

  constructor(siteId: string, stations: readonly string[]) {
    this.board = new Board(stations);
    this.counts = computed(() => {
      this.#changes.value;
      return allDay([...this.#entries.values()].map((entry) => entry.ticket.value));
    });
    this.size = computed(() => {
      this.#changes.value;
      return this.#entries.size;
    });
    this.feed = feedTickets(siteId, {
      all: (tickets, version) => this.#all(tickets, version),
      changed: (tickets, version) => batch(() => this.#changed(tickets, version)),
    });
    this.#unlinked = effect(() => this.#sweep(now.value));
  }

  stop(): void {
    this.#unlinked();
    this.feed.stop();
  }

  entry(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Somebody has touched the ticket: it is no longer news. */
  touched(entry: Entry): void {
    entry.fresh.value = false;
  }

  /** Takes a stopped ticket off the board. */
  acknowledge(entry: Entry): void {
    acknowledge(entry.id);
    this.board.settle(entry, true);
  }

  /**
   * Sends what a touch asks for. The ticket says at once that it is on its way; it moves when the store has it, and
   * says so when it has not. A touch that got no answer is repeated under its own key.
   */
  async send(entry: Entry, act: KitchenAct): Promise<void> {
    const own = this.#entries.get(entry.id);
    if (!own || own.sending.peek() || this.feed.reach.peek().state === "offline") return;
    const touch = JSON.stringify(act);
    const key = own.unanswered?.touch === touch ? own.unanswered.key : newId();
    batch(() => {
      own.sending.value = act;
      own.trouble.value = undefined;
      own.fresh.value = false;
    });
    const { orderId, fulfilmentId } = own.ticket.peek();
    try {
      const { data } = await postKitchenAct(orderId, fulfilmentId, act, key);
      own.unanswered = undefined;
      batch(() => {
        own.confirmed.value = [...own.confirmed.peek(), { act, position: data.position, at: Date.now() }];
        own.sending.value = undefined;
        this.#settle(own, act.type === "complete" ? act.stage : undefined, act.type === "reject");
      });
    } catch (error) {
      own.unanswered = error instanceof NoAnswer ? { touch, key } : undefined;
      batch(() => {
        own.trouble.value = error;
        own.sending.value = undefined;
      });
    }
  }

  #all(tickets: readonly TicketView[], version: string | undefined): void {
    batch(() => {
      const shown = new Set(tickets.map(idOf));
      for (const entry of this.#entries.values()) {
        // What is no longer listed has left the kitchen; a stopped one stays until somebody has taken note.
        if (!shown.has(entry.id) && !isStopped(entry.ticket.peek())) this.board.settle(entry, true);
      }
      this.#changed(tickets, version);
      if (this.#first) this.board.sort((id) => this.#entries.get(id)?.ticket.peek().receivedAt ?? "");
      this.#first = false;
    });
  }

  #changed(tickets: readonly TicketView[], version: string | undefined): void {
    for (const view of tickets) {
      const id = idOf(view);
      const known = this.#entries.get(id);
      if (known) {
        if (version === undefined && view.changedAt < known.view.peek().changedAt) continue;
        showView(known, view, version);
        // The read model may be quicker than the answer to a touch of this display.
        const sent = known.sending.peek();
        this.#settle(known, sent?.type === "complete" ? sent.stage : undefined);
        continue;
      }
      if (view.status === "done" || view.status === "rejected") continue;
      if (isStopped(view) && isAcknowledged(id)) continue;
      const entry = newEntry(view, !this.#first && view.status === "new");
      this.#entries.set(id, entry);
      this.#changes.value++;
      this.#settle(entry);
      if (entry.fresh.peek()) chime();
    }
  }

  #settle(entry: MutableEntry, recall?: string, refusedHere = false): void {
    const ticket = entry.ticket.peek();
    // Somebody has touched it at another display.
    if (ticket.status !== "new") entry.fresh.value = false;
    const gone = ticket.status === "done" || refusedHere || (isStopped(ticket) && isAcknowledged(entry.id));
    if (refusedHere) acknowledge(entry.id);
    this.board.settle(entry, gone, recall);
  }

  #sweep(at: number): void {
    const left = this.board.sweep(at);
    if (left.length === 0) return;
    const standing = new Set(
      this.board.columns.peek().flatMap((column) =>
        this.board
          .slots(column)
          .peek()
          .map(({ id }) => id),
      ),
    );
    let forgot = 0;
    for (const id of left) {
      if (!standing.has(id) && this.#entries.delete(id)) forgot++;
    }
    if (forgot > 0) this.#changes.value = this.#changes.peek() + forgot;
  }
}
