import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { TicketView } from "../../../projections/views.ts";
import { compareVersions } from "../../../realtime/protocol.ts";
import type { KitchenAct } from "../../api/endpoints.ts";
import { afterAct, type ColumnId } from "./acts.ts";

/** An act that the store has confirmed and the read model may not show yet. */
interface Confirmed {
  readonly act: KitchenAct;
  readonly position: string;
  readonly at: number;
}

/** After this long the read model is believed again, whatever became of its message. */
const HELD = 30_000;

/**
 * What came of a touch besides what it asked for: another display did it before, or changed the ticket meanwhile, or the
 * ticket had only just moved there, or nothing was sent, since there is no connection.
 */
export type Said = "already" | "changed" | "moved" | "cutOff";

/** What decides how high a ticket is: its lines, and where else it is made. */
export type Drawn = Pick<TicketView, "lines" | "started" | "alsoAt">;

/** One ticket on the display, with what this display is doing to it. */
export interface Entry {
  readonly id: string;
  /** As the kitchen is to see it: the newest view, with confirmed acts that it does not hold yet. */
  readonly ticket: ReadonlySignal<TicketView>;
  readonly view: Signal<TicketView>;
  /** What is drawn of what a ticket grows with: it waits while a finger is near. */
  readonly drawn: Signal<Drawn>;
  readonly confirmed: Signal<readonly Confirmed[]>;
  /** The act that is on its way. */
  readonly sending: Signal<KitchenAct | undefined>;
  /** Why the last touch did not work. */
  readonly trouble: Signal<unknown>;
  readonly said: Signal<Said | undefined>;
  /** Nobody has touched it since it came to this display. */
  readonly fresh: Signal<boolean>;
  /** It has just changed, and a touch would not be what the finger meant. */
  readonly settling: Signal<boolean>;
  /** The key of a touch that got no answer: touching again sends the same. */
  readonly unanswered: { touch: string; key: string } | undefined;
  /** The column that it was last touched in: what came of that is said there. */
  readonly touchedIn: ColumnId | undefined;
  /** When this display, and when somebody else, last changed what a touch does; epoch milliseconds. */
  readonly ownAt: number;
  readonly otherAt: number;
}

/** Ids of fulfilments are unique within their order only. */
export const idOf = (ticket: Pick<TicketView, "orderId" | "fulfilmentId">): string =>
  `${ticket.orderId}/${ticket.fulfilmentId}`;

export type MutableEntry = { -readonly [K in keyof Entry]: Entry[K] };

export function newEntry(view: TicketView): MutableEntry {
  const shown = signal(view);
  const confirmed = signal<readonly Confirmed[]>([]);
  return {
    id: idOf(view),
    ticket: computed(() => confirmed.value.reduce((ticket, { act }) => afterAct(ticket, act), shown.value)),
    view: shown,
    drawn: signal<Drawn>(view),
    confirmed,
    sending: signal(undefined),
    trouble: signal(undefined),
    said: signal(undefined),
    fresh: signal(false),
    settling: signal(false),
    unanswered: undefined,
    touchedIn: undefined,
    ownAt: 0,
    otherAt: 0,
  };
}

/** Takes what the read model says. `version`: how far it had come; what was confirmed up to there is in it. */
export function showView(entry: Entry, view: TicketView, version: string | undefined): void {
  const now = Date.now();
  const left = entry.confirmed
    .peek()
    .filter(({ position, at }) => now - at < HELD && (version === undefined || compareVersions(version, position) < 0));
  if (left.length !== entry.confirmed.peek().length) entry.confirmed.value = left;
  const known = entry.view.peek();
  const next = withNotes(view, known);
  if (!isSame(next, known)) entry.view.value = next;
}

/** A note that was opened before stays open: it is what the customer has written once. */
function withNotes(view: TicketView, known: TicketView): TicketView {
  if (!lacksNote(view)) return view;
  const lines = view.lines.map((line) => {
    const note = known.lines.find(({ sku }) => sku === line.sku)?.note;
    if (line.note !== undefined || note === undefined) return line;
    const { sealedNote: _, ...open } = line;
    return { ...open, note };
  });
  return { ...view, lines };
}

/** Whether a note is still to be fetched. */
export const lacksNote = ({ lines }: TicketView): boolean =>
  lines.some(({ sealedNote, note }) => sealedNote !== undefined && note === undefined);

/** The same queue is read again and again: a ticket that has not changed is not drawn anew. */
const isSame = (a: TicketView, b: TicketView): boolean =>
  a.changedAt === b.changedAt && JSON.stringify(a) === JSON.stringify(b);

/** Draws a ticket in the height that it has now. */
export function draw(entry: Entry): void {
  const { lines, started, alsoAt } = entry.ticket.peek();
  const now = { lines, started, alsoAt };
  if (!sameDrawn(now, entry.drawn.peek())) entry.drawn.value = now;
}

function sameDrawn(a: Drawn, b: Drawn): boolean {
  const texts = [a, b].map(({ lines, started, alsoAt }) => JSON.stringify([lines, started, alsoAt]));
  return texts[0] === texts[1];
}

/** What decides what a touch on a ticket does, as one text. */
export const faceOf = ({ status, started, completed }: TicketView): string =>
  `${status} ${started.join()} ${completed.join()}`;
