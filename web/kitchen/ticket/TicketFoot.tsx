import { useComputed } from "@preact/signals";
import type { TicketView } from "../../../projections/views.ts";
import { formatDuration } from "../../messages/format.ts";
import { kitchenWords } from "../../messages/kitchen.ts";
import { now } from "../../state/clock.ts";
import { actOf, isStopped, mayBeMissing } from "../../state/kitchen/acts.ts";
import type { Left } from "../../state/kitchen/places.ts";
import { Icon } from "../../ui/Icon.tsx";
import { Said } from "./Said.tsx";
import type { TicketProps } from "./ticket-props.ts";

/** What can be done with a ticket here: one large button, and what became of the last touch. */
export function TicketFoot(props: TicketProps) {
  const { entry, left, column, display } = props;
  const ticket = entry.ticket.value;
  return (
    <footer>
      <Said entry={entry} here={() => display.saysIn(entry, column)} />
      {left ? <Gone {...props} left={left} /> : isStopped(ticket) ? <Acknowledge {...props} /> : <Act {...props} />}
    </footer>
  );
}

function Act({ entry, column, display, selection }: TicketProps) {
  const words = kitchenWords.value;
  const ticket = entry.ticket.value;
  const offline = useComputed(() => display.feed.reach.value.state === "offline").value;
  const act = actOf(ticket, column);
  if (!act) return <Courier ticket={ticket} />;
  const sending = entry.sending.value !== undefined;
  const settling = entry.settling.value;
  const more = act.type === "accept" ? "reject" : "missing";
  const hasMore = more === "reject" || ticket.lines.some((line) => mayBeMissing(ticket, line));
  return (
    <div class="ticket-acts">
      <button
        type="button"
        class="act"
        data-act={act.type}
        disabled={offline}
        aria-disabled={sending || settling}
        data-settling={settling}
        data-sending={sending}
        onClick={({ detail }) => display.press(entry, column, detail === 0)}
      >
        {sending ? words.sending : offline ? words.waitsOffline : words.actions[act.type]}
      </button>
      {hasMore && !offline && (
        <button
          type="button"
          class="ticket-more"
          aria-label={`${words.actions[more]}: ${ticket.number}`}
          title={words.actions[more]}
          onClick={() => selection.ask(entry)}
        >
          <Icon name="cross" />
        </button>
      )}
    </div>
  );
}

/** A ticket that has left the column keeps its place for a moment, with the way back while there is one. */
function Gone({ entry, left, display }: TicketProps & { left: Left }) {
  const words = kitchenWords.value;
  const remaining = useComputed(() => formatDuration(Math.max(0, left.until - now.value))).value;
  const { recall } = left;
  const offline = useComputed(() => display.feed.reach.value.state === "offline").value;
  if (recall === undefined || entry.ticket.value.status === "ready") return <p class="foot-words" />;
  const sending = entry.sending.value !== undefined;
  const settling = entry.settling.value;
  return (
    <div class="ticket-acts">
      <button
        type="button"
        class="act"
        data-act="recall"
        disabled={offline}
        aria-disabled={sending || settling}
        data-settling={settling}
        data-sending={sending}
        onClick={({ detail }) => (settling && detail > 0) || display.recall(entry, recall)}
      >
        <Icon name="undo" />
        {sending ? words.sending : offline ? words.waitsOffline : `${words.actions.recall} · ${remaining}`}
      </button>
    </div>
  );
}

const Acknowledge = ({ entry, column, display }: TicketProps) => (
  <div class="ticket-acts">
    <button
      type="button"
      class="act"
      data-act="acknowledge"
      aria-disabled={entry.settling.value}
      data-settling={entry.settling.value}
      onClick={({ detail }) => display.press(entry, column, detail === 0)}
    >
      {kitchenWords.value.actions.acknowledge}
    </button>
  </div>
);

/** Nothing is left to do for the kitchen: who comes for it. */
export function Courier({ ticket }: { ticket: TicketView }) {
  const words = kitchenWords.value;
  const { assigned, arrived } = ticket.courier;
  return (
    <p class="foot-words courier-sign" data-here={arrived}>
      <Icon name="courier" />
      {arrived ? words.courierHere : assigned ? words.courierAssigned : words.waitsForCourier}
    </p>
  );
}
