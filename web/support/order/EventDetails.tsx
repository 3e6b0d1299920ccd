import type { FactValue, TimelineEntry } from "../../../projections/views.ts";
import type { SentMessage } from "../../api/support.ts";
import { messages } from "../../messages/catalogue.ts";
import { factName, factValue, supportWords } from "../../messages/support.ts";
import { formatDayThere, numberOf } from "../../messages/support-format.ts";
import { showEvent } from "./show-event.ts";

interface EventDetailsProps {
  readonly entry: TimelineEntry;
  readonly message: SentMessage | undefined;
  readonly timeZone: string;
}

/** What an event says, beside its sentence: the message that went out, what it changed, why it happened, as stored. */
export function EventDetails({ entry, message, timeZone }: EventDetailsProps) {
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
            {words.actors[actor.type] ?? actor.type} <code>{actor.id}</code>
          </dd>
        </div>
        <div>
          <dt>{words.at}</dt>
          <dd>{`${formatDayThere(entry.at, timeZone)} (${timeZone})`}</dd>
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
                <th scope="row">{factName(what)}</th>
                <td>
                  {before !== undefined && <s>{valueText(what, before, timeZone)}</s>}{" "}
                  {valueText(what, after, timeZone)}
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

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** A value as people read it: a status by its word, a time by the clock where the order is made. */
export function valueText(what: string, value: FactValue, timeZone: string): string {
  const { look } = supportWords.value;
  if (value === undefined) return "–";
  if (value === true) return look.yes;
  if (value === false) return look.no;
  const statuses: Readonly<Record<string, string>> = messages.value.statuses;
  if (what === "status" || what === "ended as") return statuses[value] ?? String(value);
  return typeof value === "string" && INSTANT.test(value) ? formatDayThere(value, timeZone) : factValue(String(value));
}
