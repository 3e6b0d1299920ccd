import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { TicketView } from "../../../projections/views.ts";
import { type KitchenAct, postKitchenAct } from "../../api/endpoints.ts";
import { NoAnswer } from "../../api/problem.ts";
import { now } from "../clock.ts";
import { newId } from "../ids.ts";
import { acknowledge, isAcknowledged } from "./acknowledged.ts";
import { actOf, allDay, type ColumnId, type DayCount, isStopped } from "./acts.ts";
import { Board } from "./board.ts";
import { draw, type Entry, faceOf, idOf, lacksNote, type MutableEntry, newEntry, showView } from "./entry.ts";
import { type Feed, feedTickets } from "./feed.ts";
import { Sayings } from "./sayings.ts";
import { chime } from "./sound.ts";
import { BOUNCES, READS, rest, touchOf } from "./touch.ts";

/** The display of one kitchen: its tickets, where they stand, and what touches do to them. */
export class Display {
  readonly board: Board;
  readonly feed: Feed;
  readonly counts: ReadonlySignal<readonly DayCount[]>;
  /** All tickets that the display knows. */
  readonly entries: ReadonlySignal<readonly Entry[]>;
  readonly #entries = new Map<string, MutableEntry>();
  readonly #changes = signal(0);
  readonly #sayings = new Sayings();
  /** Entries that have left the kitchen: only their places stand. */
  readonly #gone = new Set<MutableEntry>();
  /** Entries that would grow or shrink under a finger, and do so when it is gone. */
  readonly #heldBack = new Set<MutableEntry>();
  readonly #unlinked: () => void;
  #watched: readonly ColumnId[];
  #first = true;

  constructor(siteId: string, stations: readonly string[]) {
    this.board = new Board(stations);
    this.#watched = this.board.columns.peek();
    this.entries = computed(() => {
      this.#changes.value;
      return [...this.#entries.values()].filter((entry) => !this.#gone.has(entry));
    });
    this.counts = computed(() => allDay(this.entries.value.map((entry) => entry.ticket.value)));
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

  /** The columns that are on the screen: what comes into them is news. */
  watch(columns: readonly ColumnId[]): void {
    this.#watched = columns;
  }

  /**
   * Somebody has touched this display, or used a key: places that are kept for nothing are given up, now that people
   * expect something to change. Not where somebody works down a column ticket by ticket.
   *
   * @param at the column of the touch, or the one that keys work in
   */
  handled(at: ColumnId | undefined, byKey: boolean): void {
    const but = at !== undefined && (byKey || this.board.isRun(at)) ? at : undefined;
    if (byKey && at !== undefined) this.board.pointed(at);
    this.#forget(this.board.tidy(this.#receivedAt, Date.now(), but));
  }

  /** Somebody has touched the ticket: it is no longer news, and what it said was read. */
  touched(entry: Entry): void {
    entry.fresh.value = false;
    entry.said.value = undefined;
    entry.trouble.value = undefined;
  }

  /**
   * Does what the button of a ticket says in a column, unless it says so for so short a time that the finger meant
   * something else.
   *
   * @param byKey keys do not bounce as wet fingers do
   */
  press(entry: Entry, column: ColumnId, byKey: boolean): void {
    const own = this.#entries.get(entry.id);
    if (!own) return;
    const ticket = own.ticket.peek();
    const meant = touchOf(own, Date.now());
    if (meant === "bounced" && !byKey) return;
    this.touched(own);
    own.touchedIn = column;
    if (meant === "changed") this.#sayings.say(own, "changed");
    else if (!byKey && this.board.hasMoved(column, Date.now())) this.#sayings.say(own, "moved");
    else if (isStopped(ticket)) this.acknowledge(own);
    else {
      const act = actOf(ticket, column);
      if (act) void this.send(own, act);
    }
  }

  /** Another display has settled what somebody here was being asked about. */
  overtaken(entry: Entry): void {
    const own = this.#entries.get(entry.id);
    if (own) this.#sayings.say(own, "changed");
  }

  /** Its place has just moved under the finger that touched it. */
  movedUnder(entry: Entry): void {
    const own = this.#entries.get(entry.id);
    if (own) this.#sayings.say(own, "moved");
  }

  /** Takes a completed station back. */
  recall(entry: Entry, stage: string): void {
    const own = this.#entries.get(entry.id);
    if (own) void this.send(own, { type: "recall", stage });
  }

  /** Whether a ticket says in this column what came of the last touch: where that was, as long as it is there. */
  saysIn({ id, touchedIn }: Entry, column: ColumnId): boolean {
    return touchedIn === undefined || touchedIn === column || !this.board.hasPlace(touchedIn, id);
  }

  /** Takes a stopped ticket off the board. */
  acknowledge(entry: Entry): void {
    acknowledge(entry.id);
    const own = this.#entries.get(entry.id);
    if (own) this.#place(own, true);
  }

  /**
   * Sends what a touch asks for. The ticket says at once that it is on its way; it moves when the store has it, and
   * says so when it has not, or when somebody else had done it before. A touch that got no answer is repeated under its
   * own key.
   */
  async send(entry: Entry, act: KitchenAct): Promise<void> {
    const own = this.#entries.get(entry.id);
    if (!own || own.sending.peek()) return;
    if (this.feed.reach.peek().state === "offline") {
      this.#sayings.say(own, "cutOff");
      return;
    }
    const touch = JSON.stringify(act);
    const key = own.unanswered?.touch === touch ? own.unanswered.key : newId();
    batch(() => {
      own.sending.value = act;
      this.touched(own);
    });
    const { orderId, fulfilmentId } = own.ticket.peek();
    try {
      const { data } = await postKitchenAct(orderId, fulfilmentId, act, key);
      own.unanswered = undefined;
      own.ownAt = Date.now();
      batch(() => {
        rest(own, BOUNCES);
        own.confirmed.value = [...own.confirmed.peek(), { act, position: data.position, at: own.ownAt }];
        own.sending.value = undefined;
        if (data.already) this.#sayings.say(own, "already");
        this.#settle(own, { own: true, recall: stageOf(act), refused: act.type === "reject" });
        if (act.type === "missing") draw(own);
        else this.#draw(own, own.ownAt);
      });
    } catch (error) {
      own.unanswered = error instanceof NoAnswer ? { touch, key } : undefined;
      batch(() => {
        own.trouble.value = error;
        own.sending.value = undefined;
      });
    }
  }

  #all(tickets: readonly TicketView[], version: string | undefined): boolean {
    return batch(() => {
      const shown = new Set(tickets.map(idOf));
      for (const entry of this.#entries.values()) {
        // What is no longer listed has left the kitchen; a stopped one stays until somebody has taken note.
        if (!shown.has(entry.id) && !isStopped(entry.ticket.peek())) this.#place(entry, true);
      }
      const lacking = this.#changed(tickets, version);
      if (this.#first) this.board.sort(this.#receivedAt);
      this.#first = false;
      return lacking;
    });
  }

  #changed(tickets: readonly TicketView[], version: string | undefined): boolean {
    for (const view of tickets) {
      const known = this.#entries.get(idOf(view));
      if (known) this.#show(known, view, version);
      else this.#add(view);
    }
    return tickets.some((view) => {
      const shown = this.#entries.get(idOf(view));
      return shown !== undefined && lacksNote(shown.view.peek());
    });
  }

  #show(known: MutableEntry, view: TicketView, version: string | undefined): void {
    if (version === undefined && view.changedAt < known.view.peek().changedAt) return;
    const before = faceOf(known.ticket.peek());
    showView(known, view, version);
    // The read model may be quicker than the answer to a touch of this display.
    const sent = known.sending.peek();
    const moved = faceOf(known.ticket.peek()) !== before;
    const others = moved && sent === undefined;
    if (others) {
      known.otherAt = Date.now();
      rest(known, READS);
      known.fresh.value = false;
    }
    this.#settle(known, { own: !others, recall: sent && stageOf(sent), refused: false });
    this.#draw(known, Date.now());
  }

  /** Draws a ticket in its height of now, later when a finger is near it. */
  #draw(entry: MutableEntry, at: number): void {
    if (this.board.isNearTicket(entry.id, at)) {
      this.#heldBack.add(entry);
      return;
    }
    this.#heldBack.delete(entry);
    draw(entry);
  }

  #add(view: TicketView): void {
    const id = idOf(view);
    if (view.status === "done" || view.status === "rejected") return;
    if (isStopped(view) && isAcknowledged(id)) return;
    const entry = newEntry(view);
    this.#entries.set(id, entry);
    this.#changes.value++;
    this.#settle(entry, { own: this.#first, recall: undefined, refused: false });
  }

  /** `own`: by this display's own doing, so that it is no news. `recall`: the station that it has just completed. */
  #settle(
    entry: MutableEntry,
    { own, recall, refused }: { own: boolean; recall: string | undefined; refused: boolean },
  ): void {
    const ticket = entry.ticket.peek();
    const gone = ticket.status === "done" || refused || (isStopped(ticket) && isAcknowledged(entry.id));
    if (refused) acknowledge(entry.id);
    const stood = this.board.standsIn(this.#watched, entry.id);
    this.#place(entry, gone, recall);
    if (own || stood || isStopped(ticket) || !this.board.standsIn(this.#watched, entry.id)) return;
    entry.fresh.value = true;
    chime();
  }

  /** Gives a ticket its places. One that is gone counts for nothing any more, though its place stands for a while. */
  #place(entry: MutableEntry, gone: boolean, recall?: string): void {
    if (gone !== this.#gone.has(entry)) {
      if (gone) this.#gone.add(entry);
      else this.#gone.delete(entry);
      this.#changes.value = this.#changes.peek() + 1;
    }
    this.board.settle(entry, gone, recall);
  }

  readonly #receivedAt = (id: string): string => this.#entries.get(id)?.ticket.peek().receivedAt ?? "";

  #sweep(at: number): void {
    this.#sayings.sweep(at);
    for (const entry of this.#heldBack) this.#draw(entry, at);
    this.#forget(this.board.sweep(this.#receivedAt, at));
  }

  /** Forgets tickets that stand nowhere any more. */
  #forget(left: readonly string[]): void {
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
      const entry = this.#entries.get(id);
      if (!entry || standing.has(id)) continue;
      this.#entries.delete(id);
      this.#gone.delete(entry);
      forgot++;
    }
    if (forgot > 0) this.#changes.value = this.#changes.peek() + forgot;
  }
}

const stageOf = (act: KitchenAct): string | undefined => (act.type === "complete" ? act.stage : undefined);
