import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { TicketView } from "../../../projections/views.ts";
import { compareVersions } from "../../../realtime/protocol.ts";
import type { KitchenAct } from "../../api/endpoints.ts";
import { afterAct } from "./acts.ts";

/** An act that the store has confirmed and the read model may not show yet. */
interface Confirmed {
  readonly act: KitchenAct;
  readonly position: string;
  readonly at: number;
}

/** After this long the read model is believed again, whatever became of its message. */
const HELD = 30_000;

/** One ticket on the display, with what this display is doing to it. */
export interface Entry {
  readonly id: string;
  /** As the kitchen is to see it: the newest view, with confirmed acts that it does not hold yet. */
  readonly ticket: ReadonlySignal<TicketView>;
  readonly view: Signal<TicketView>;
  readonly confirmed: Signal<readonly Confirmed[]>;
  /** The act that is on its way. */
  readonly sending: Signal<KitchenAct | undefined>;
  /** Why the last touch did not work. */
  readonly trouble: Signal<unknown>;
  /** Nobody has touched it since it came. */
  readonly fresh: Signal<boolean>;
  /** The key of a touch that got no answer: touching again sends the same. */
  readonly unanswered: { touch: string; key: string } | undefined;
}

/** Ids of fulfilments are unique within their order only. */
export const idOf = (ticket: Pick<TicketView, "orderId" | "fulfilmentId">): string =>
  `${ticket.orderId}/${ticket.fulfilmentId}`;

export type MutableEntry = { -readonly [K in keyof Entry]: Entry[K] };

export function newEntry(view: TicketView, fresh: boolean): MutableEntry {
  const shown = signal(view);
  const confirmed = signal<readonly Confirmed[]>([]);
  return {
    id: idOf(view),
    ticket: computed(() => confirmed.value.reduce((ticket, { act }) => afterAct(ticket, act), shown.value)),
    view: shown,
    confirmed,
    sending: signal(undefined),
    trouble: signal(undefined),
    fresh: signal(fresh),
    unanswered: undefined,
  };
}

/** Takes what the read model says. `version`: how far it had come; what was confirmed up to there is in it. */
export function showView(entry: Entry, view: TicketView, version: string | undefined): void {
  const now = Date.now();
  const left = entry.confirmed
    .peek()
    .filter(({ position, at }) => now - at < HELD && (version === undefined || compareVersions(version, position) < 0));
  if (left.length !== entry.confirmed.peek().length) entry.confirmed.value = left;
  entry.view.value = view;
}
