import { setImmediate as nextTurn } from "node:timers/promises";
import { invalidArgument, streamDeleted, toCallError } from "../http/errors.ts";
import type { Answers } from "../http/grpc-call.ts";
import type { EventLog, LoggedEvent } from "../log/event-log.ts";
import { encodePage } from "../log/links.ts";
import { compileFilter } from "../subscribe/filter.ts";
import type { From, ReadRequest } from "../wire/read-request.ts";
import { streamNotFound } from "../wire/responses.ts";

/** Answers a read with an end: pages of events until the count is reached, the log ends, or the client leaves. */
export async function read(call: Answers, request: ReadRequest, count: number, log: EventLog): Promise<void> {
  try {
    if (count === 0) throw invalidArgument("a read of no events");
    const pages =
      request.streamName === undefined ? allPages(request, log) : streamPages(request.streamName, request, log);
    if (!pages) {
      call.send(streamNotFound(request.streamName ?? ""));
      call.end();
      return;
    }
    await sendPages(call, request, count, pages, log);
    call.end();
  } catch (error) {
    call.fail(toCallError(error));
  }
}

/** Gives the next page on each call, up to so many events; an empty one at the end. */
type Pages = (limit: number) => LoggedEvent[];

async function sendPages(
  call: Answers,
  request: ReadRequest,
  count: number,
  pages: Pages,
  log: EventLog,
): Promise<void> {
  const filter = request.filter && compileFilter(request.filter);
  let left = count;
  while (!call.over) {
    const page = pages(filter ? Number.MAX_SAFE_INTEGER : left);
    if (page.length === 0) return;
    const events = filter ? page.filter((event) => filter.matches(event)).slice(0, left) : page;
    if (events.length > 0) call.send(encodePage(events, request.resolveLinks, log));
    left -= events.length;
    if (left <= 0) return;
    await (call.hasRoom ? nextTurn() : call.room());
  }
}

/** Undefined when there is no such stream, or it was deleted. Throws a CallError when it was tombstoned. */
function streamPages(name: string, { from, backwards }: ReadRequest, log: EventLog): Pages | undefined {
  if (name === "") throw invalidArgument("a read of a stream without a name");
  if (from === "end" && !backwards) throw invalidArgument("a read forwards from the end");
  const seen = log.visible(name);
  if (seen.kind === "tombstoned") throw streamDeleted(name);
  if (seen.kind === "not-found") return undefined;
  const { stream, first } = seen;
  let next = resolve(from, 0);
  next = backwards ? Math.min(next, stream.head) : Math.max(next, first);
  return (limit) => {
    if (next < first || (!backwards && next > stream.head)) return [];
    const page = log.streamPage(stream, next, backwards, backwards ? Math.min(limit, next - first + 1) : limit);
    const last = page.at(-1);
    if (last) next = last.revision + (backwards ? -1 : 1);
    return page;
  };
}

function allPages({ from, backwards }: ReadRequest, log: EventLog): Pages {
  let next = from === "end" && !backwards ? log.lastPosition + 1 : resolve(from, 0);
  return (limit) => {
    const page = log.allPage(next, backwards, limit);
    const last = page.at(-1);
    if (last) next = backwards ? last.position : last.position + 1;
    return page;
  };
}

function resolve(from: From, start: number): number {
  if (from === "start") return start;
  return from === "end" ? Number.MAX_SAFE_INTEGER : from;
}
