import { useComputed } from "@preact/signals";
import { memo } from "preact/compat";
import { useRef } from "preact/hooks";
import { formatQuantity, stationName } from "../../messages/format.ts";
import { kitchenWords } from "../../messages/kitchen.ts";
import { READY } from "../../state/kitchen/acts.ts";
import type { Display } from "../../state/kitchen/display.ts";
import type { Entry } from "../../state/kitchen/entry.ts";
import { expoGroupOf, expoStations, expoWaits } from "../../state/kitchen/expo.ts";
import type { ExpoBoard } from "../../state/kitchen/expo-board.ts";
import { Icon, type IconName } from "../../ui/Icon.tsx";
import { Age } from "../ticket/Age.tsx";
import { PromisedTime } from "../ticket/PromisedTime.tsx";
import { Said } from "../ticket/Said.tsx";
import { Courier } from "../ticket/TicketFoot.tsx";

const SIGNS: Readonly<Record<"done" | "at_work" | "open", IconName>> = {
  done: "check",
  at_work: "flame",
  open: "minus",
};

interface ExpoOrderProps {
  readonly entry: Entry;
  /** It has gone on, and its place stands empty. */
  readonly over: boolean;
  readonly board: ExpoBoard;
  readonly display: Display;
}

/** One order at the pass: how far each station is, what it waits for, and the one thing that can be done. */
export const ExpoOrder = memo(function ExpoOrder({ entry, over, board, display }: ExpoOrderProps) {
  const now = entry.ticket.value;
  // An empty place keeps the height that it had.
  const last = useRef(now);
  if (!over) last.current = now;
  const ticket = last.current;
  const words = kitchenWords.value;
  const group = expoGroupOf(ticket);
  const { stations, sites } = expoWaits(ticket);
  const waits = [...stations.map(stationName), ...sites];
  return (
    <li class="ticket" data-id={entry.id} data-status={ticket.status} data-over={over} aria-hidden={over}>
      <article aria-label={ticket.number}>
        <header>
          <strong class="number">{ticket.number}</strong>
          <Age since={ticket.receivedAt} still={ticket.status === "ready"} fresh={false} />
          <PromisedTime at={ticket.promisedAt} />
        </header>
        <p class="contents">
          {ticket.lines.map(({ sku, name, quantity, state }, at) => (
            <span key={sku}>
              {at > 0 && " · "}
              <strong>{formatQuantity(quantity)}</strong> {state === undefined ? name : <s>{name}</s>}
            </span>
          ))}
        </p>
        {group === "working" && (
          <ul class="ways">
            {expoStations(ticket).map(({ station, state }) => (
              <li key={station} data-state={state}>
                <Icon name={SIGNS[state]} />
                {stationName(station)}
                <span class="unseen">: {words.stationStates[state]}</span>
              </li>
            ))}
          </ul>
        )}
        {waits.length > 0 && group !== "new" && (
          <p class="also">
            <Icon name="clock" />
            <span>{words.waitsFor(waits.join(", "))}</span>
          </p>
        )}
        {group === "complete" && <SayReady entry={entry} board={board} display={display} />}
        {group === "ready" && <Courier ticket={ticket} />}
        {group === undefined && <p class="foot-words">{ticket.status === "done" ? words.gone : words.cancelled}</p>}
      </article>
    </li>
  );
});

function SayReady({ entry, board, display }: Omit<ExpoOrderProps, "over">) {
  const words = kitchenWords.value;
  const offline = useComputed(() => display.feed.reach.value.state === "offline").value;
  const sending = entry.sending.value !== undefined;
  const settling = entry.settling.value;
  return (
    <footer>
      <Said entry={entry} />
      <button
        type="button"
        class="act"
        data-act="ready"
        disabled={offline}
        aria-disabled={sending || settling}
        data-settling={settling}
        data-sending={sending}
        onClick={({ detail }) =>
          detail > 0 && board.hasMoved() ? display.movedUnder(entry) : display.press(entry, READY, detail === 0)
        }
      >
        {sending ? words.sending : offline ? words.waitsOffline : words.actions.ready}
      </button>
    </footer>
  );
}
