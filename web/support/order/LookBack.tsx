import { useEffect, useState } from "preact/hooks";
import type { OrderView, TimelineEntry } from "../../../projections/views.ts";
import { getAsOf } from "../../api/support.ts";
import { messages } from "../../messages/catalogue.ts";
import { supportWords } from "../../messages/support.ts";
import { formatDayThere, formatThere } from "../../messages/support-format.ts";
import type { CaseFile } from "../../state/support/case-file.ts";
import { factsAsOf, toldAsOf } from "../../state/support/look-back.ts";
import { endingOf } from "../../tracker/ending.ts";
import { stepWords } from "../../tracker/way/step-words.ts";
import { stepsOf } from "../../tracker/way/steps.ts";
import { Icon } from "../../ui/Icon.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { sentenceOf } from "../../ui/trouble.ts";
import { factText, factTitle, namesOf } from "./fact-text.ts";

interface LookBackProps {
  readonly file: CaseFile;
  readonly order: OrderView;
  /** Revision that is looked back to; undefined is now. */
  readonly lookedAt: string | undefined;
  readonly onLook: (revision: string | undefined) => void;
}

/** A slider through the order's life: what its customer saw at a moment, beside what had happened by then. */
export function LookBack({ file, order, lookedAt, onLook }: LookBackProps) {
  const words = supportWords.value.look;
  const entries = file.entries.value;
  const last = entries.length - 1;
  const found = lookedAt === undefined ? -1 : entries.findIndex(({ revision }) => revision === lookedAt);
  const at = found < 0 ? last : found;
  const entry = entries[at];
  if (!entry || last < 1) return null;
  const timeZone = order.fulfilments[0]?.timeZone ?? "UTC";
  const go = (to: number) => {
    const kept = Math.max(0, Math.min(last, to));
    onLook(kept === last ? undefined : entries[kept]?.revision);
  };
  const text = words.at(at + 1, entries.length, formatThere(entry.at, timeZone));
  return (
    <section class="look" aria-labelledby="look-title">
      <div class="look-bar">
        <h2 id="look-title">{words.title}</h2>
        <button
          type="button"
          class="button slim"
          data-key="["
          aria-label="["
          disabled={at === 0}
          onClick={() => go(at - 1)}
        >
          ‹
        </button>
        <input
          type="range"
          min={0}
          max={last}
          value={at}
          aria-label={words.slider}
          aria-valuetext={text}
          onInput={(event) => go(Number(event.currentTarget.value))}
        />
        <button
          type="button"
          class="button slim"
          data-key="]"
          aria-label="]"
          disabled={at === last}
          onClick={() => go(at + 1)}
        >
          ›
        </button>
        <span class="small quiet look-at">{text}</span>
        <button
          type="button"
          class="button slim"
          data-key="Escape"
          disabled={lookedAt === undefined}
          onClick={() => onLook(undefined)}
        >
          {words.toNow}
        </button>
      </div>
      {found >= 0 && <Then file={file} order={order} entry={entry} />}
    </section>
  );
}

function Then({ file, order, entry }: { file: CaseFile; order: OrderView; entry: TimelineEntry }) {
  const words = supportWords.value.look;
  const { revision } = entry;
  const told = toldAsOf(file.entries.value, revision);
  const facts = factsAsOf(file.entries.value, revision);
  const names = namesOf(order);
  const { timeZone } = names;
  const subjects = new Map(file.messages.value.map((one) => [one.revision, one.subject]));
  return (
    <div class="look-panes">
      <section class="card" aria-labelledby="saw-title">
        <h3 id="saw-title">{words.saw}</h3>
        <Saw orderId={order.orderId} revision={revision} timeZone={timeZone} />
        <h4>{words.toldSoFar}</h4>
        {told.length === 0 ? (
          <p class="small quiet">{words.notTold}</p>
        ) : (
          <ul class="told small">
            {told.map((one) => (
              <li key={one.revision}>
                <time dateTime={one.at}>{formatThere(one.at, timeZone)}</time>{" "}
                {subjects.get(one.revision) ?? one.sentence}
              </li>
            ))}
          </ul>
        )}
      </section>
      <section class="card" aria-labelledby="happened-title">
        <h3 id="happened-title">{words.happened}</h3>
        <p>{entry.sentence}</p>
        <table class="changes small">
          <tbody>
            {facts.map(({ what, value, changed }) => (
              <tr key={what} data-changed={changed}>
                <th scope="row">{factTitle(what, names)}</th>
                <td>{factText(what, value, names)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

/** A hand on the slider passes many events: only where it rests is asked for. */
const REST_MS = 120;

/** The tracker as it stood then. */
function Saw({ orderId, revision, timeZone }: { orderId: string; revision: string; timeZone: string }) {
  const [seen, setSeen] = useState<{ readonly view?: OrderView; readonly trouble?: unknown }>({});
  useEffect(() => {
    let left = false;
    const rest = setTimeout(() => {
      getAsOf(orderId, revision).then(
        ({ data }) => !left && setSeen({ view: data }),
        (trouble: unknown) => !left && setSeen({ trouble }),
      );
    }, REST_MS);
    return () => {
      left = true;
      clearTimeout(rest);
    };
  }, [orderId, revision]);
  const words = supportWords.value.look;
  if (seen.trouble !== undefined) return <Notice kind="bad">{sentenceOf(seen.trouble)}</Notice>;
  const { view } = seen;
  if (!view) return <p class="quiet small saw">{words.reading}</p>;
  const ending = endingOf(view.status, view, undefined);
  return (
    <div class="saw" aria-busy={view.revision !== revision}>
      <p>
        <strong>{ending?.title ?? messages.value.statuses[view.status]}</strong>{" "}
        <span class="small quiet">{words.promised(formatDayThere(view.promisedAt, timeZone))}</span>
      </p>
      <Way view={view} ended={ending !== undefined} timeZone={timeZone} />
    </div>
  );
}

/** The stations of the tracker as they stood; nothing in it is counted to now. */
function Way({ view, ended, timeZone }: { view: OrderView; ended: boolean; timeZone: string }) {
  return (
    <ol class="way">
      {stepsOf(view, ended).map((step) => (
        <li key={step.key} data-state={step.state}>
          <span class="mark">
            {step.state === "done" && <Icon name="check" />}
            {step.state === "failed" && <Icon name="cross" />}
            {step.state === "current" && <Icon name="clock" />}
          </span>
          <div class="what">
            <strong>{stepWords(step, view)}</strong>
          </div>
          {step.at !== undefined && <time dateTime={step.at}>{formatThere(step.at, timeZone)}</time>}
        </li>
      ))}
    </ol>
  );
}
