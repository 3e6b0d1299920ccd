import { useState } from "preact/hooks";
import { getHandlers, type JobRequest, type ProjectionsView } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { followProjections } from "../../state/analyst/projections.ts";
import { JobsTable } from "../jobs/JobsTable.tsx";
import { Asking } from "../parts/Asking.tsx";
import { ProjectionChoice } from "../parts/ProjectionChoice.tsx";
import { Reading } from "../parts/Reading.tsx";
import { startJob } from "../parts/start-job.ts";
import { useFeed } from "../parts/use-feed.ts";
import { useReading } from "../parts/use-reading.ts";

/** Code, and so the same in every language. */
const EXAMPLE = `// my-handlers/late-orders.ts
import { ordersProjection } from "/path/to/ordertrail/projections/orders/projection.ts";

export default {
  ...ordersProjection,
  async handle(batch, context) {
    await ordersProjection.handle(batch, context);
    await context.tx.query(\`UPDATE \${context.schema}.orders SET … WHERE …\`);
  },
};`;

/** Asks what another handler would make of the same events. */
export function WhatIfPage({ query }: { query: string }) {
  const feed = useFeed(followProjections);
  const handlers = useReading("handlers", getHandlers);
  const words = analystWords.value.whatIf;
  const view = feed.data.value;
  const trouble = handlers.trouble ?? (view ? undefined : feed.trouble.value);
  return (
    <>
      <div class="lead">
        <h1 tabIndex={-1}>{words.title}</h1>
        <p class="quiet small">{words.lead}</p>
      </div>
      {!view || !handlers.data ? (
        <Reading
          trouble={trouble}
          again={() => {
            handlers.again();
            feed.look();
          }}
          lines={2}
        />
      ) : handlers.data.handlers.length === 0 ? (
        <NoHandlers />
      ) : (
        <WhatIfForm
          view={view}
          handlers={handlers.data.handlers.map(({ name }) => name)}
          wished={new URLSearchParams(query).get("projection") ?? undefined}
        />
      )}
      <JobsTable
        title={words.recent}
        caption={words.recentCaption}
        asked={{ kind: "what-if" }}
        empty={words.recentNone}
      />
    </>
  );
}

function NoHandlers() {
  const words = analystWords.value.whatIf;
  return (
    <section class="card no-handlers">
      <h2>{words.none}</h2>
      <p>{words.noneHint}</p>
      <p>{words.noneHow}</p>
      <pre>
        <code>{EXAMPLE}</code>
      </pre>
    </section>
  );
}

interface WhatIfFormProps {
  readonly view: ProjectionsView;
  readonly handlers: readonly string[];
  readonly wished: string | undefined;
}

function WhatIfForm({ view, handlers, wished }: WhatIfFormProps) {
  const words = analystWords.value.whatIf;
  const [projection, setProjection] = useState(wished ?? view.projections[0]?.name ?? "");
  const [handler, setHandler] = useState(handlers[0] ?? "");
  return (
    <Asking
      doIt={words.doIt}
      missing={undefined}
      body={{ kind: "what-if", projection, handler } satisfies JobRequest}
      act={startJob}
    >
      <ProjectionChoice view={view} value={projection} onChange={setProjection} />
      <label class="field">
        <span>{words.handler}</span>
        <select value={handler} onChange={(event) => setHandler(event.currentTarget.value)}>
          {handlers.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </Asking>
  );
}
