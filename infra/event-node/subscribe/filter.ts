import { invalidArgument } from "../http/errors.ts";
import type { FilterRequest } from "../wire/read-request.ts";

/** The parts of an event that a filter looks at. */
export interface Filterable {
  streamName: string;
  type: string;
}

export interface EventFilter {
  matches(event: Filterable): boolean;
  /** After this many events looked at, whether they match or not, a subscriber is told how far we are. */
  checkpointEvery: number;
}

/** The search window of the real server when the client names none. */
const DEFAULT_WINDOW = 32;

/**
 * The filter a client asked for. An expression is taken as JavaScript understands it, which for what the client
 * libraries send (`^[^$].*`, prefixes with wildcards) is what .NET understands. Throws when it is not an expression.
 */
export function compileFilter(request: FilterRequest): EventFilter {
  const subject = request.on === "stream" ? (event: Filterable) => event.streamName : (event: Filterable) => event.type;
  const checkpointEvery = Math.max(1, (request.window ?? DEFAULT_WINDOW) * Math.max(1, request.checkpointInterval));
  if (request.prefixes.length > 0) {
    const { prefixes } = request;
    return { matches: (event) => prefixes.some((prefix) => subject(event).startsWith(prefix)), checkpointEvery };
  }
  if (request.regex === "") return { matches: () => true, checkpointEvery };
  const expression = compileExpression(request.regex);
  return { matches: (event) => expression.test(subject(event)), checkpointEvery };
}

function compileExpression(source: string): RegExp {
  // Some escapes that .NET allows are errors in Unicode mode, so that one comes first and the lenient mode second.
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(source, flags);
    } catch {}
  }
  throw invalidArgument(`not a regular expression: ${source}`);
}
