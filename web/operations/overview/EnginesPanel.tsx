import type { ComponentChildren } from "preact";
import type { Overview, Part } from "../../api/operations.ts";
import { formatBytes, formatSpan } from "../../messages/figures.ts";
import { operationsWords } from "../../messages/operations.ts";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "./Panel.tsx";

/** Event store, Postgres, NATS and disk, as the API's machine sees them. */
export function EnginesPanel({ overview: { eventStore, database, broker, disk } }: { overview: Overview }) {
  const words = operationsWords.value.overview.engines;
  const at = [eventStore.at, database.at, broker.at, disk.at].toSorted()[0] ?? eventStore.at;
  return (
    <Panel title={words.title} part={{ at, data: words }}>
      {() => (
        <dl class="engines">
          <Engine name={words.eventStore} part={eventStore}>
            {({ answeredInMs, head }) => (
              <>
                {words.answers(formatSpan(answeredInMs))}
                <small>{head === undefined ? words.empty : words.head(head)}</small>
              </>
            )}
          </Engine>
          <Engine name={words.database} part={database}>
            {({ answeredInMs, version, bytes, connections, mostConnections }) => (
              <>
                {words.answers(formatSpan(answeredInMs))}
                <small>{words.databaseSays(version, formatBytes(bytes), connections, mostConnections)}</small>
              </>
            )}
          </Engine>
          <Engine name={words.broker} part={broker} bad={broker.data?.state === "away"}>
            {({ state }) => words.brokerStates[state]}
          </Engine>
          <Engine name={words.disk} part={disk}>
            {({ freeBytes, totalBytes }) => words.free(formatBytes(freeBytes), formatBytes(totalBytes))}
          </Engine>
        </dl>
      )}
    </Panel>
  );
}

interface EngineProps<T> {
  readonly name: string;
  readonly part: Part<T>;
  readonly bad?: boolean;
  readonly children: (data: T) => ComponentChildren;
}

function Engine<T>({ name, part, bad = false, children }: EngineProps<T>) {
  const words = operationsWords.value.overview;
  const away = part.data === undefined;
  return (
    <div data-bad={away || bad}>
      <dt>
        <Icon name={away || bad ? "cut" : "check"} />
        {name}
      </dt>
      <dd>
        {part.data === undefined ? (
          <>
            {words.notAsked}
            <small>{part.trouble}</small>
          </>
        ) : (
          children(part.data)
        )}
      </dd>
    </div>
  );
}
