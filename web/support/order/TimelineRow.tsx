import type { TimelineEntry } from "../../../projections/views.ts";
import type { SentMessage } from "../../api/support.ts";
import { supportWords } from "../../messages/support.ts";
import { formatStep, formatThere, numberOf } from "../../messages/support-format.ts";
import type { TimelineRow } from "../../state/support/fold.ts";
import { Icon } from "../../ui/Icon.tsx";
import { EventDetails } from "./EventDetails.tsx";
import type { OrderNames } from "./fact-text.ts";

interface RowProps {
  readonly row: TimelineRow;
  readonly names: OrderNames;
  /** Revisions of the events that are open. */
  readonly open: ReadonlySet<string>;
  readonly onToggle: (revision: string) => void;
  /** What was sent, by the event that says so. */
  readonly messages: ReadonlyMap<string, SentMessage>;
  /** The event that is looked back to: later ones had not happened. */
  readonly looked: number | undefined;
}

/** One event, with the gap before it where that was long, and with its failures and retries folded below. */
export function Row({ row: { entry, folded }, ...shared }: RowProps) {
  const words = supportWords.value.timeline;
  const isOpen = shared.open.has(entry.revision);
  return (
    <>
      {entry.gap && (
        <li class="gap">
          <Icon name="clock" />
          {words.gap(formatStep(entry.sinceBeforeMs ?? 0), formatStep(entry.gap.limitMs))}
        </li>
      )}
      <Event entry={entry} tries={folded.length} {...shared} />
      {isOpen && folded.length > 0 && (
        <li class="folded">
          <ol aria-label={words.folded(folded.length)}>
            {folded.map((one) => (
              <Event key={one.revision} entry={one} tries={0} {...shared} />
            ))}
          </ol>
        </li>
      )}
    </>
  );
}

type EventProps = Omit<RowProps, "row"> & { readonly entry: TimelineEntry; readonly tries: number };

function Event({ entry, tries, names, open, onToggle, messages, looked }: EventProps) {
  const words = supportWords.value.timeline;
  const { revision, actor } = entry;
  const isOpen = open.has(revision);
  const who = words.actors[actor.type] ?? actor.type;
  const told = entry.type === "notification.sent";
  const said = messages.get(revision);
  return (
    <li
      class="event"
      data-actor={actor.type}
      data-told={told}
      data-failure={FAILURE.test(entry.type)}
      data-later={looked !== undefined && Number(revision) > looked}
      data-looked={looked !== undefined && Number(revision) === looked}
    >
      <button type="button" id={`event-${revision}`} data-row aria-expanded={isOpen} onClick={() => onToggle(revision)}>
        <time dateTime={entry.at}>{formatThere(entry.at, names.timeZone)}</time>
        <span class="since">
          {entry.sinceBeforeMs === undefined ? "" : words.since(formatStep(entry.sinceBeforeMs))}
        </span>
        <span class="actor">{actor.onBehalfOf === undefined ? who : words.onBehalf(who)}</span>
        <span class="sentence">
          {heldTogether(entry.sentence)}
          {told && (
            <span class="told-mark">
              <span class="tag" data-kind="warn">
                <Icon name="note" />
                {words.told}
              </span>
              {said && <q class="said">{said.subject}</q>}
            </span>
          )}
          {entry.typed !== undefined && <q class="said typed">{entry.typed}</q>}
        </span>
        <span class="marks">
          {tries > 0 && (
            <span class="tag">
              <Icon name="turn" />
              {words.folded(tries)}
            </span>
          )}
          <span class="number">{numberOf(revision)}</span>
        </span>
      </button>
      {isOpen && <EventDetails entry={entry} message={said} names={names} />}
    </li>
  );
}

/** A quantity stays on the line of what it counts. */
const heldTogether = (sentence: string): string => sentence.replace(/(\d+) × /g, "$1\u00a0×\u00a0");

const FAILURE = /failed$|declined$|no_show$|unavailable$|rejected$|parked$|detected$|out_of_stock$|^order.cancelled$/;
