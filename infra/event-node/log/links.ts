import { type EncodableEvent, encodeEvents, encodeLinked } from "../wire/event-encoding.ts";
import type { EventLog, LoggedEvent } from "./event-log.ts";

/** An event of this type points to another: its data is `<revision>@<stream>`. */
export const LINK_TYPE = "$>";

/** The framed messages of a page; with `resolve`, links come with what they point to. Throws DamagedRow. */
export function encodePage(events: readonly LoggedEvent[], resolve: boolean, log: EventLog): Buffer {
  if (!resolve || !events.some((event) => event.type === LINK_TYPE)) return encodeEvents(events).bytes;
  return Buffer.concat(
    events.map((event) =>
      event.type === LINK_TYPE ? encodeLinked({ event: target(event, log), link: event }) : encodeEvents([event]).bytes,
    ),
  );
}

/** The event that a link points to; undefined when there is none, or its stream does not show it any more. */
function target(link: LoggedEvent, log: EventLog): EncodableEvent | undefined {
  const parts = /^(\d{1,15})@(.+)$/s.exec(Buffer.from(link.data).toString("utf8"));
  if (!parts) return undefined;
  const [, number, name = ""] = parts;
  const revision = Number(number);
  const seen = log.visible(name);
  if (seen.kind !== "events" || revision < seen.first) return undefined;
  const [event] = log.streamPage(seen.stream, revision, false, 1);
  return event?.revision === revision ? event : undefined;
}
