import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { logPages } from "../../infra/consumers/log-pages.ts";
import type { Place } from "../../infra/consumers/position.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import type { Cell, ExportColumn, RowSource } from "./rows.ts";

/** A part of the log. */
export interface LogSpan {
  readonly store: EventStore;
  /** Exclusive: where an earlier export ended. */
  readonly after: Place;
  /** Inclusive. */
  readonly until: Place;
}

const PAGE = 2_000;

const COLUMNS: readonly (ExportColumn & { readonly of: (event: RecordedEvent) => Cell })[] = [
  { name: "position", type: "bigint", of: ({ position }) => position.commit },
  { name: "stream", type: "text", of: ({ stream }) => stream },
  { name: "revision", type: "bigint", of: ({ revision }) => revision },
  { name: "id", type: "text", of: ({ id }) => id },
  { name: "type", type: "text", of: ({ type }) => type },
  { name: "v", type: "int", of: ({ metadata }) => metadata?.v ?? null },
  { name: "at", type: "time", of: ({ metadata }) => (metadata?.at === undefined ? null : new Date(metadata.at)) },
  { name: "actor_type", type: "text", of: ({ metadata }) => metadata?.actor?.type ?? null },
  { name: "actor_id", type: "text", of: ({ metadata }) => metadata?.actor?.id ?? null },
  { name: "on_behalf_of", type: "text", of: ({ metadata }) => metadata?.actor?.onBehalfOf ?? null },
  { name: "correlation_id", type: "text", of: ({ metadata }) => metadata?.$correlationId ?? null },
  { name: "causation_id", type: "text", of: ({ metadata }) => metadata?.$causationId ?? null },
  { name: "region", type: "text", of: ({ metadata }) => metadata?.region ?? null },
  { name: "hash", type: "text", of: ({ metadata }) => metadata?.hash ?? null },
  { name: "data", type: "json", of: ({ data }) => JSON.stringify(data ?? null) },
  { name: "metadata", type: "json", of: ({ metadata }) => JSON.stringify(metadata ?? null) },
];

/** Every event of a part of the log, as it is stored: sealed values stay sealed. */
export function eventRows(span: LogSpan): RowSource {
  return {
    name: "events",
    columns: COLUMNS.map(({ name, type }) => ({ name, type })),
    position: (span.until?.commit ?? 0n).toString(),
    expected: undefined,
    pages: pagesOf(span),
  };
}

async function* pagesOf(span: LogSpan): AsyncGenerator<Cell[][]> {
  for await (const { events } of logPages({ ...span, size: PAGE })) {
    yield events.map((event) => COLUMNS.map(({ of }) => of(event)));
  }
}
