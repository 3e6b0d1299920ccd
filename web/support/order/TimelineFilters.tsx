import type { TimelineEntry } from "../../../projections/views.ts";
import { supportWords } from "../../messages/support.ts";
import { KINDS, kindOf, type TimelineFilter } from "../../state/support/fold.ts";

interface TimelineFiltersProps {
  readonly entries: readonly TimelineEntry[];
  readonly filter: TimelineFilter;
  readonly onFilter: (filter: TimelineFilter) => void;
}

/** Whose events, and about what; only what this order has can be chosen. */
export function TimelineFilters({ entries, filter, onFilter }: TimelineFiltersProps) {
  const words = supportWords.value.timeline;
  const actors = [...new Set(entries.map(({ actor }) => actor.type))];
  const there = new Set(entries.map(({ type }) => kindOf(type)));
  return (
    <div class="timeline-filters">
      <label>
        <span>{words.actor}</span>
        <select
          value={filter.actor ?? ""}
          onChange={(event) => onFilter({ ...filter, actor: event.currentTarget.value || undefined })}
        >
          <option value="">{words.everybody}</option>
          {actors.map((actor) => (
            <option key={actor} value={actor}>
              {words.actors[actor] ?? actor}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{words.kind}</span>
        <select
          value={filter.kind ?? ""}
          onChange={({ currentTarget: { value } }) => onFilter({ ...filter, kind: KINDS.find((one) => one === value) })}
        >
          <option value="">{words.everything}</option>
          {KINDS.filter((kind) => there.has(kind)).map((kind) => (
            <option key={kind} value={kind}>
              {words.kinds[kind]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
