import type { TimelineEntry } from "../../../projections/views.ts";
import type { SentMessage } from "../../api/support.ts";
import { supportWords } from "../../messages/support.ts";
import { formatDayThere, numberOf, placeOf } from "../../messages/support-format.ts";
import { factText, factTitle, type OrderNames } from "./fact-text.ts";
import { showEvent } from "./show-event.ts";

interface EventDetailsProps {
  readonly entry: TimelineEntry;
  readonly message: SentMessage | undefined;
  readonly names: OrderNames;
}

/** What an event says, beside its sentence: the message that went out, what it changed, why it happened, as stored. */
export function EventDetails({ entry, message, names }: EventDetailsProps) {
  const words = supportWords.value.timeline;
  const { actor, cause, changes, typed } = entry;
  return (
    <div class="details">
      {message && (
        <figure class="message" lang={message.language}>
          <figcaption class="small quiet">{words.message}</figcaption>
          <strong>{message.subject}</strong>
          <p>{message.text}</p>
        </figure>
      )}
      {typed !== undefined && (
        <p class="typed">
          <span class="small quiet">{words.typed(words.actors[actor.type] ?? actor.type)}</span> {typed}
        </p>
      )}
      <dl class="facts">
        <div>
          <dt>{words.by}</dt>
          <dd>
            {words.actors[actor.type] ?? actor.type}{" "}
            {words.processes[actor.id] === undefined ? <code>{actor.id}</code> : `(${words.processes[actor.id]})`}
          </dd>
        </div>
        <div>
          <dt>{words.at}</dt>
          <dd>{`${formatDayThere(entry.at, names.timeZone)} (${words.times(placeOf(names.timeZone))})`}</dd>
        </div>
        <div>
          <dt>{words.cause}</dt>
          <dd>
            {causeOf(entry)}
            {cause.event && (
              <>
                {" "}
                {words.causes.from}
                <button type="button" class="source" onClick={() => showEvent(cause.event?.revision ?? "")}>
                  {supportWords.value.source(numberOf(cause.event.revision))}
                </button>
              </>
            )}
          </dd>
        </div>
      </dl>
      {changes.length === 0 ? (
        <p class="small quiet">{words.noChanges}</p>
      ) : (
        <table class="changes small">
          <caption>{words.changes}</caption>
          <tbody>
            {changes.map(({ what, before, after }) => (
              <tr key={what}>
                <th scope="row">{factTitle(what, names)}</th>
                <td>
                  {before !== undefined && <s>{factText(what, before, names)}</s>} {factText(what, after, names)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <details class="stored">
        <summary class="small">{words.stored}</summary>
        <pre>
          {JSON.stringify(
            {
              revision: entry.revision,
              type: entry.type,
              data: entry.data,
              cmd: entry.cmd,
              position: entry.position,
              hash: entry.hash,
            },
            null,
            2,
          )}
        </pre>
      </details>
    </div>
  );
}

function causeOf({ cause: { kind, process = "", deadline } }: TimelineEntry): string {
  const { causes, processes } = supportWords.value.timeline;
  if (deadline) return causes.deadline;
  return kind === "process" ? causes.process(processes[process] ?? process) : causes[kind];
}
