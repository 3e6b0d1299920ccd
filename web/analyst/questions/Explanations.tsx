import { useState } from "preact/hooks";
import { type ExplainedEvent, type Explanation, getExplanation } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatMoment } from "../../messages/figures.ts";
import { Notice } from "../../ui/Notice.tsx";
import { Head } from "../parts/Head.tsx";
import { type ExplainedRow, keyText } from "../parts/links.ts";
import { Reading } from "../parts/Reading.tsx";
import { TableFrame } from "../parts/TableFrame.tsx";
import { useReading } from "../parts/use-reading.ts";
import { Value } from "../parts/Value.tsx";

/** A value of more letters gets a line of its own. */
const LONG = 60;

/** The row as it is, and every event that touched it with what it changed. */
export function Explanations({ row }: { row: ExplainedRow }) {
  const { projection, table, key } = row;
  const reading = useReading(JSON.stringify([projection, table, key]), () => getExplanation(projection, table, key));
  const { data } = reading;
  if (!data) return <Reading trouble={reading.trouble} again={reading.again} lines={8} />;
  return (
    <>
      <RowNow explanation={data} />
      <Events explanation={data} until={row.until} />
    </>
  );
}

function RowNow({ explanation: { row, key, table } }: { explanation: Explanation }) {
  const words = analystWords.value.explain;
  return (
    <section class="block">
      <h2>{words.row}</h2>
      {row ? (
        <dl class="card row-now" aria-label={`${table}: ${keyText(key)}`}>
          {Object.entries(row).map(([name, value]) => (
            <div key={name} data-long={(value?.length ?? 0) > LONG}>
              <dt>{name}</dt>
              <dd>
                <Value text={value} />
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        <Notice icon="search" title={words.noRow}>
          <p>{words.noRowHint}</p>
        </Notice>
      )}
    </section>
  );
}

function Events({ explanation, until }: { explanation: Explanation; until: string | undefined }) {
  const words = analystWords.value.explain;
  const [all, setAll] = useState(false);
  const { events, key, truncated, complete } = explanation;
  const acting = events.filter(({ changes, failure }) => failure !== undefined || Object.keys(changes).length > 0);
  const others = events.length - acting.length;
  return (
    <section class="block">
      <h2>{words.events}</h2>
      {truncated && <Notice kind="warn">{words.truncated}</Notice>}
      {complete === false && !truncated && explanation.row && <Notice kind="warn">{words.incomplete}</Notice>}
      {acting.length === 0 && !all ? (
        <p class="quiet empty-line">{words.noEvents}</p>
      ) : (
        <TableFrame caption={words.eventsCaption(keyText(key))} class="events">
          <thead>
            <tr>
              <Head>{words.at}</Head>
              <Head>{words.type}</Head>
              <Head>{words.changes}</Head>
            </tr>
          </thead>
          <tbody>
            {(all ? events : acting).map((event) => (
              <EventRow key={event.id} event={event} until={until} />
            ))}
          </tbody>
        </TableFrame>
      )}
      {others > 0 && (
        <p>
          <button type="button" class="link small" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? words.onlyChanges : words.unchanged(others)}
          </button>
        </p>
      )}
    </section>
  );
}

function EventRow({ event, until }: { event: ExplainedEvent; until: string | undefined }) {
  const words = analystWords.value.explain;
  const later = until !== undefined && BigInt(event.position) > BigInt(until);
  return (
    <tr data-later={later}>
      <td class="when">
        {formatMoment(event.at)}
        <small>
          {words.position} {event.position}
        </small>
      </td>
      <th scope="row">
        {event.type}
        {later && (
          <span class="tag" title={words.until(until)}>
            {words.after}
          </span>
        )}
        <small>
          {event.stream} @{event.revision}
        </small>
      </th>
      <td>
        <Changes event={event} />
      </td>
    </tr>
  );
}

function Changes({ event: { changes, failure } }: { event: ExplainedEvent }) {
  const words = analystWords.value.explain;
  const names = Object.keys(changes);
  if (failure !== undefined) return <span class="warn">{words.failure(failure)}</span>;
  // A row that comes into being was nothing before, in each column.
  const isNew = names.every((name) => changes[name]?.from === null || changes[name]?.from === undefined);
  if (names.length === 0) return <span class="quiet">{words.noChanges}</span>;
  return (
    <dl class="changes">
      {names.map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {!isNew && (
              <>
                <span class="was">
                  <span class="unseen">{words.from} </span>
                  <Value text={changes[name]?.from} />
                </span>
                <span aria-hidden="true"> → </span>
              </>
            )}
            <span class="is">
              <span class="unseen">{words.to} </span>
              <Value text={changes[name]?.to} />
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
