import { useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { OrderView } from "../../../projections/views.ts";
import { supportWords } from "../../messages/support.ts";
import { formatStep, placeOf } from "../../messages/support-format.ts";
import type { CaseFile } from "../../state/support/case-file.ts";
import { filterRows, foldTimeline, type TimelineFilter } from "../../state/support/fold.ts";
import { Icon } from "../../ui/Icon.tsx";
import { namesOf } from "./fact-text.ts";
import { asked } from "./show-event.ts";
import { TimelineFilters } from "./TimelineFilters.tsx";
import { Row } from "./TimelineRow.tsx";

interface TimelineProps {
  readonly file: CaseFile;
  readonly order: OrderView;
  /** Revision of the event that is looked back to. */
  readonly lookedAt: string | undefined;
}

const NONE: TimelineFilter = {};

/** Rows from which on laying all of them out is felt. */
const MANY = 100;

/** Every event, the oldest first, with what belongs together folded; new ones come at the end. */
export function Timeline({ file, order, lookedAt }: TimelineProps) {
  const [filter, setFilter] = useState<TimelineFilter>(NONE);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const entries = file.entries.value;
  const rows = useMemo(() => foldTimeline(entries), [entries]);
  const shown = filterRows(rows, filter);
  const words = supportWords.value.timeline;
  const stands = file.story.value?.stands;
  const names = useMemo(() => namesOf(order), [order]);
  const said = useMemo(
    () => new Map(file.messages.value.map((message) => [message.revision, message])),
    [file.messages.value],
  );
  const toggle = (revision: string) =>
    setOpen((now) => {
      const next = new Set(now);
      if (!next.delete(revision)) next.add(revision);
      return next;
    });

  useSignalEffect(() => {
    const revision = asked.value?.revision;
    if (revision === undefined) return;
    asked.value = undefined;
    const under = foldTimeline(file.entries.peek()).find(({ folded }) =>
      folded.some((one) => one.revision === revision),
    );
    setFilter(NONE);
    setOpen((now) => new Set([...now, revision, ...(under ? [under.entry.revision] : [])]));
    // Once it is there.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const row = document.getElementById(`event-${revision}`);
        row?.focus();
        row?.scrollIntoView({ block: "center" });
      }),
    );
  });

  return (
    <section class="timeline" aria-labelledby="timeline-title">
      <div class="timeline-head">
        <h2 id="timeline-title">{words.title}</h2>
        <span class="quiet small">
          {words.count(entries.length)} · {words.times(placeOf(names.timeZone))}
        </span>
        <TimelineFilters entries={entries} filter={filter} onFilter={setFilter} />
      </div>
      {shown.length === 0 && (
        <p class="quiet">
          {words.noMatch}{" "}
          <button type="button" class="button plain slim" onClick={() => setFilter(NONE)}>
            {words.showAll}
          </button>
        </p>
      )}
      <ol class="events" data-many={shown.length > MANY}>
        {shown.map((row) => (
          <Row
            key={row.entry.revision}
            row={row}
            names={names}
            open={open}
            onToggle={toggle}
            messages={said}
            looked={lookedAt === undefined ? undefined : Number(lookedAt)}
          />
        ))}
        {stands && filter === NONE && (
          <li class="gap" data-standing>
            <Icon name="clock" />
            {words.stands(formatStep(stands.forMs), formatStep(stands.limitMs))}
          </li>
        )}
      </ol>
      <NewBelow count={entries.length} />
    </section>
  );
}

/** Says that events have come while somebody reads further up; what they read stays where it is. */
function NewBelow({ count }: { count: number }) {
  const end = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(count);
  const [atEnd, setAtEnd] = useState(true);
  useEffect(() => {
    const watch = new IntersectionObserver(([one]) => setAtEnd(one?.isIntersecting ?? true));
    if (end.current) watch.observe(end.current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    if (atEnd || seen === 0) setSeen(count);
  }, [atEnd, count]);
  const fresh = count - seen;
  return (
    <>
      <div ref={end} />
      <div class="new-below" aria-live="polite">
        {fresh > 0 && !atEnd && (
          <button type="button" class="button slim" onClick={() => end.current?.scrollIntoView({ block: "end" })}>
            {supportWords.value.timeline.newEvents(fresh)}
          </button>
        )}
      </div>
    </>
  );
}
