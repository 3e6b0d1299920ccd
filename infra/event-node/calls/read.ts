import { setImmediate as nextTurn } from "node:timers/promises";
import { invalidArgument, toCallError } from "../http/errors.ts";
import type { Answers } from "../http/grpc-call.ts";
import type { EventLog, LoggedEvent } from "../log/event-log.ts";
import { compileFilter } from "../subscribe/filter.ts";
import { encodeEvents } from "../wire/event-encoding.ts";
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
    await sendPages(call, request, count, pages);
    call.end();
  } catch (error) {
    call.fail(toCallError(error));
  }
}

/** Gives the next page on each call, up to so many events; an empty one at the end. */
type Pages = (limit: number) => LoggedEvent[];

async function sendPages(call: Answers, request: ReadRequest, count: number, pages: Pages): Promise<void> {
  const filter = request.filter && compileFilter(request.filter);
  let left = count;
  while (!call.over) {
    const page = pages(filter ? Number.MAX_SAFE_INTEGER : left);
    if (page.length === 0) return;
    const events = filter ? page.filter((event) => filter.matches(event)).slice(0, left) : page;
    if (events.length > 0) call.send(encodeEvents(events).bytes);
    left -= events.length;
    if (left <= 0) return;
    await (call.hasRoom ? nextTurn() : call.room());
  }
}

/** Undefined when the stream has never been written to. */
function streamPages(name: string, { from, backwards }: ReadRequest, log: EventLog): Pages | undefined {
  if (name === "") throw invalidArgument("a read of a stream without a name");
  if (from === "end" && !backwards) throw invalidArgument("a read forwards from the end");
  const stream = log.streams.named(name);
  if (!stream) return undefined;
  let next = resolve(from, 0);
  return (limit) => {
    if (next < 0 || (!backwards && next > stream.head)) return [];
    const page = log.streamPage(stream, next, backwards, limit);
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
