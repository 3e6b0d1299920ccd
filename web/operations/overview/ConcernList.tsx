import type { ComponentChildren } from "preact";
import { formatDuration, formatWhen } from "../../messages/format.ts";
import { operationsWords } from "../../messages/operations.ts";
import type { Concern } from "../../state/operations/concern.ts";
import { toShown } from "../../state/operations/dead-letters.ts";
import { toRunbook } from "../../state/operations/runbook.ts";
import { Icon } from "../../ui/Icon.tsx";
import { mayOpenOrders } from "./OrderLink.tsx";
import { sentenceOf } from "./sentence.ts";
import type { Wish } from "./wish.ts";

interface ConcernListProps {
  readonly concerns: readonly Concern[];
  /** Business time of what is shown. */
  readonly at: string;
  readonly onWish: (wish: Wish) => void;
}

/** What needs somebody, the worst first, each with the one thing to do about it and its page of the runbook. */
export function ConcernList({ concerns, at, onWish }: ConcernListProps) {
  const words = operationsWords.value.overview;
  if (concerns.length === 0) return null;
  return (
    <section class="concerns" aria-label={words.concerns}>
      <ol>
        {concerns.map((concern) => (
          <li key={concern.id} data-severity={concern.severity}>
            <Icon name={concern.severity === "bad" ? "warning" : "bell"} />
            <div>
              <p>
                <span class="unseen">{words.severity[concern.severity]}: </span>
                <strong>{sentenceOf(concern)}</strong>
              </p>
              <p class="small quiet">
                {concern.since !== undefined && (
                  <>
                    {words.since(
                      formatWhen(concern.since),
                      formatDuration(Math.max(0, Date.parse(at) - Date.parse(concern.since))),
                    )}
                    {" · "}
                  </>
                )}
                <a href={toRunbook(concern.runbook)} data-row>
                  {words.runbookOf}
                </a>
              </p>
            </div>
            <div class="todo">
              <Todo concern={concern} onWish={onWish} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Todo({ concern, onWish }: { concern: Concern; onWish: (wish: Wish) => void }): ComponentChildren {
  const words = operationsWords.value.overview;
  switch (concern.kind) {
    case "differences": {
      const [first] = concern.differences;
      if (first === undefined) return null;
      return (
        <button type="button" class="button slim" onClick={() => onWish({ kind: "settle", difference: first })}>
          {words.settle.button}
        </button>
      );
    }
    case "compare-failed":
    case "compare-late":
      return (
        <button type="button" class="button slim main" onClick={() => onWish({ kind: "compare" })}>
          {words.compare.button}
        </button>
      );
    case "stuck":
      return mayOpenOrders() ? (
        <a class="button slim" href={`/support/orders/${encodeURIComponent(concern.first)}`}>
          {words.todo.stuck}
        </a>
      ) : (
        <OnTheMachine command={`ordertrail owed ${concern.first}`} />
      );
    case "letters": {
      const { consumer, error, kinds } = concern;
      const filter = kinds === 1 ? { consumer, error } : { consumer };
      return (
        <>
          <a class="button slim" href={toShown({ filter, state: "parked" })}>
            {words.todo.letters}
          </a>
          <button
            type="button"
            class="button slim"
            onClick={() => onWish({ kind: "redrive", filter, letters: concern.letters })}
          >
            {words.redrive(concern.letters)}
          </button>
        </>
      );
    }
    case "consumers-stopped":
      return (
        <OnTheMachine
          command={
            concern.stuck ? "ordertrail doctor" : `ordertrail serve --role workers --only ${concern.names[0] ?? ""}`
          }
        />
      );
    case "consumer-late":
      return <p class="small">{words.todo.late}</p>;
    case "circuit":
      return <p class="small">{words.todo.circuitWaits(concern.perSecond)}</p>;
    case "compare-off":
    case "unknown":
    case "log-away":
    case "disk":
    case "connections":
    case "broker-away":
      return <OnTheMachine command="ordertrail doctor" />;
    case "nobody-carries":
      return <OnTheMachine command="ordertrail stuck" />;
    case "none-paid":
    case "fewer-placed":
      return <OnTheMachine command="ordertrail status" />;
  }
}

const OnTheMachine = ({ command }: { command: string }) => (
  <p class="small">
    {operationsWords.value.overview.todo.machine} <code>{command}</code>
  </p>
);
