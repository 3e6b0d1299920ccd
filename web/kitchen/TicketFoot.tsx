import { useComputed } from "@preact/signals";
import type { TicketView } from "../../projections/views.ts";
import { NoAnswer } from "../api/problem.ts";
import { messages } from "../messages/catalogue.ts";
import { formatDuration } from "../messages/format.ts";
import { now } from "../state/clock.ts";
import { actOf, columnsOf, isStopped } from "../state/kitchen/acts.ts";
import type { Left } from "../state/kitchen/board.ts";
import { Icon } from "../ui/Icon.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { columnName } from "./column-name.ts";
import type { TicketProps } from "./ticket-props.ts";

/** What can be done with a ticket here: one large button, and what became of the last touch. */
export function TicketFoot(props: TicketProps) {
  const { entry, left } = props;
  const ticket = entry.ticket.value;
  if (left) return <Gone {...props} left={left} />;
  if (isStopped(ticket)) return <Acknowledge {...props} />;
  return (
    <footer>
      <Trouble error={entry.trouble.value} />
      <Act {...props} />
    </footer>
  );
}

function Act({ entry, column, display, selection }: TicketProps) {
  const words = messages.value.kitchen;
  const ticket = entry.ticket.value;
  const offline = useComputed(() => display.feed.reach.value.state === "offline").value;
  const act = actOf(ticket, column);
  if (!act) return <Courier ticket={ticket} />;
  const sending = entry.sending.value !== undefined;
  return (
    <div class="acts">
      <button
        type="button"
        class="act"
        data-act={act.type}
        disabled={offline}
        aria-disabled={sending}
        data-sending={sending}
        onClick={() => void display.send(entry, act)}
      >
        {sending ? words.sending : offline ? words.waitsOffline : words.actions[act.type]}
      </button>
      {act.type === "accept" && !sending && !offline && (
        <button
          type="button"
          class="refuse"
          aria-label={`${words.actions.reject} ${ticket.number}`}
          title={words.actions.reject}
          onClick={() => selection.askToReject(entry)}
        >
          <Icon name="cross" />
        </button>
      )}
    </div>
  );
}

/** A ticket that has left the column keeps its place for a moment, with the way back while there is one. */
function Gone({ entry, left, display }: TicketProps & { left: Left }) {
  const words = messages.value.kitchen;
  const ticket = entry.ticket.value;
  const remaining = useComputed(() => formatDuration(Math.max(0, left.until - now.value))).value;
  const { recall } = left;
  const where = columnsOf(ticket).map(columnName).join(", ");
  const sending = entry.sending.value !== undefined;
  return (
    <footer>
      <p class="moved">
        <Icon name="check" />
        {where === "" ? words.gone : words.moved(where)}
      </p>
      <Trouble error={recall === undefined ? undefined : entry.trouble.value} />
      {recall !== undefined && ticket.status !== "ready" && (
        <button
          type="button"
          class="act recall"
          data-act="recall"
          aria-disabled={sending}
          data-sending={sending}
          onClick={() => void display.send(entry, { type: "recall", stage: recall })}
        >
          <Icon name="undo" />
          {sending ? words.sending : `${words.actions.recall} · ${remaining}`}
        </button>
      )}
    </footer>
  );
}

const Acknowledge = ({ entry, display }: TicketProps) => (
  <footer>
    <button type="button" class="act acknowledge" data-act="acknowledge" onClick={() => display.acknowledge(entry)}>
      {messages.value.kitchen.actions.acknowledge}
    </button>
  </footer>
);

function Courier({ ticket }: { ticket: TicketView }) {
  const words = messages.value.kitchen;
  const { assigned, arrived } = ticket.courier;
  return (
    <p class="courier-sign" data-here={arrived}>
      <Icon name="courier" />
      {arrived ? words.courierHere : assigned ? words.courierAssigned : words.waitsForCourier}
    </p>
  );
}

function Trouble({ error }: { error: unknown }) {
  if (error === undefined) return null;
  const words = messages.value.kitchen;
  return (
    <p class="not-done" role="alert">
      <Icon name="warning" />
      <span>
        <strong>{words.notDone}.</strong> {error instanceof NoAnswer ? words.notSent : sentenceOf(error)}
      </span>
    </p>
  );
}
