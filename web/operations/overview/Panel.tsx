import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Part } from "../../api/operations.ts";
import { formatDuration } from "../../messages/format.ts";
import { operationsWords } from "../../messages/operations.ts";
import { ageOf } from "../../state/operations/overview.ts";
import { Icon } from "../../ui/Icon.tsx";

interface PanelProps<T> {
  readonly title: string;
  readonly part: Part<T>;
  readonly acts?: ComponentChildren;
  /** It takes the whole width. */
  readonly wide?: boolean;
  readonly children: (data: T) => ComponentChildren;
}

/** What one part of the system says, with how old that is; or why it cannot be asked. */
export function Panel<T>({ title, part, acts, wide = false, children }: PanelProps<T>) {
  const id = useId();
  const words = operationsWords.value.overview;
  return (
    <section class="panel card" data-wide={wide} data-trouble={part.trouble !== undefined} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <Age at={part.at} />
        {acts !== undefined && <div class="acts">{acts}</div>}
      </header>
      {part.data === undefined ? (
        <p class="not-asked">
          <Icon name="cut" />
          <span>
            <strong>{words.notAsked}</strong> {part.trouble}
          </span>
        </p>
      ) : (
        children(part.data)
      )}
    </section>
  );
}

/** Younger than this a figure is as good as now. */
const FRESH_MS = 10_000;

function Age({ at }: { at: string }) {
  const old = ageOf(at);
  return (
    <p class="age small" data-old={old > FRESH_MS} aria-live="off">
      {operationsWords.value.overview.askedAgo(formatDuration(old))}
    </p>
  );
}
