import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { OrderLine, PlacedFulfilment } from "../../domain/order/events.ts";
import { factOf } from "./fold-orders.ts";

// What an order is made of is written down where it was placed, and never touched again. Few orders are made otherwise
// in the end: what that changes lies in their own row, with the event that its notes were sealed for.

/** Other sites, another line, or one line less. */
export type Amendment =
  | { readonly eventId: string; readonly parts: readonly PlacedFulfilment[] }
  | {
      readonly eventId: string;
      readonly fulfilmentId: string;
      readonly sku: string;
      /** Absent: the line is left out. */
      readonly line?: OrderLine | undefined;
    };

/** What an event changes in what an order is made of; undefined for most. */
export function amendmentOf(event: RecordedEvent): Amendment | undefined {
  const eventId = event.id;
  const fact = factOf(event);
  switch (fact.type) {
    case "order.rerouted":
      return { eventId, parts: fact.data.fulfilments };
    case "order.line_substituted": {
      const { fulfilmentId, sku, substitute: line } = fact.data;
      return { eventId, fulfilmentId, sku, line };
    }
    case "order.line_removed":
      return { eventId, fulfilmentId: fact.data.fulfilmentId, sku: fact.data.sku };
    default:
      return undefined;
  }
}

/** The amendments after an event; the same list where it is none. */
export function amended(before: readonly Amendment[], event: RecordedEvent): readonly Amendment[] {
  const amendment = amendmentOf(event);
  return amendment ? [...before, amendment] : before;
}

/** A line as it is made. */
export interface MadeLine<Line> {
  readonly line: Line;
  /** The event that its note was sealed for. */
  readonly eventId: string;
  /** Name of the item whose place it takes. */
  readonly insteadOf?: string | undefined;
  /** It was missing, and nobody makes it. */
  readonly leftOut?: true | undefined;
}

/** A part of an order, with what is read of its site. */
export type MadePart<Part, Line> = Omit<Part, "lines"> & { readonly lines: readonly MadeLine<Line>[] };

/**
 * The parts of an order as they are made after all; lines that were left out stay, marked.
 *
 * @param eventId of the placing
 */
export function madeOf<
  Line extends { readonly sku: string; readonly name: string },
  Part extends { readonly fulfilmentId: string; readonly lines: readonly Line[] },
>(
  placed: readonly Part[],
  eventId: string,
  amendments: readonly Amendment[],
  as: { readonly part: (part: PlacedFulfilment) => Part; readonly line: (line: OrderLine) => Line },
): readonly MadePart<Part, Line>[] {
  const made = (part: Part, of: string): MadePart<Part, Line> => ({
    ...part,
    lines: part.lines.map((line) => ({ line, eventId: of })),
  });
  let parts = placed.map((part) => made(part, eventId));
  for (const amendment of amendments) {
    if ("parts" in amendment) {
      parts = [...parts, ...amendment.parts.map((part) => made(as.part(part), amendment.eventId))];
      continue;
    }
    const { fulfilmentId, sku, line } = amendment;
    const replaced = (one: MadeLine<Line>): MadeLine<Line> => {
      if (one.line.sku !== sku || one.leftOut) return one;
      if (line === undefined) return { ...one, leftOut: true };
      return { line: as.line(line), eventId: amendment.eventId, insteadOf: one.insteadOf ?? one.line.name };
    };
    parts = parts.map((part) =>
      part.fulfilmentId === fulfilmentId ? { ...part, lines: part.lines.map(replaced) } : part,
    );
  }
  return parts;
}
