import { logPages } from "../../../infra/consumers/log-pages.ts";
import type { LogSpan } from "../events.ts";
import { type OcelEvent, ocelEventOf } from "./mapping.ts";
import type { ObjectStore } from "./object-store.ts";

/** An event with the ids of the objects that it is about, and what they are to it. */
export interface RelatedEvent extends Omit<OcelEvent, "objects"> {
  readonly relationships: readonly { readonly objectId: string; readonly qualifier: string }[];
}

const PAGE = 2_000;

/** The events of a part of the log in pages; their objects go into the store. */
export async function* ocelPages(span: LogSpan, store: ObjectStore): AsyncGenerator<readonly RelatedEvent[]> {
  for await (const page of logPages({ ...span, size: PAGE })) {
    const events: RelatedEvent[] = [];
    store.together(() => {
      for (const recorded of page.events) {
        const event = ocelEventOf(recorded);
        if (event === undefined) continue;
        store.add(event.objects, event.time);
        events.push(related(event, store));
      }
    });
    yield events;
  }
}

function related({ objects, ...event }: OcelEvent, store: ObjectStore): RelatedEvent {
  const about = objects.map(({ id, type }) => ({ objectId: id, qualifier: type }));
  // What happens to a ticket happens at its site, which its later events do not name.
  const sites = objects.flatMap(({ id, type }) => (type === "ticket" ? (store.siteOf(id) ?? []) : []));
  const further = [...new Set(sites)].filter((site) => !objects.some(({ id }) => id === site));
  return { ...event, relationships: [...about, ...further.map((objectId) => ({ objectId, qualifier: "site" }))] };
}
