import type { LogSpan } from "../events.ts";
import type { OutputFile } from "../output-file.ts";
import { type AttributeType, OBJECT_TYPES, typeOfValue } from "./mapping.ts";
import { ObjectStore } from "./object-store.ts";
import { ocelPages, type RelatedEvent } from "./related-events.ts";

/** What was written. */
export interface OcelCounts {
  readonly events: number;
  readonly objects: number;
}

const PAGE = 2_000;

/** Attributes of each event type that were seen, by name. */
type EventTypes = Map<string, Map<string, AttributeType>>;

/**
 * Writes a part of the log as OCEL 2.0 in JSON: objects are orders, customers, tickets, sites, items and couriers. One
 * pass over the log; events go straight to the file, objects lie on disk beside it until their turn.
 */
export async function writeOcel(
  span: LogSpan,
  file: OutputFile,
  workFile: string,
  onEvents: (events: number) => void = () => {},
): Promise<OcelCounts> {
  const store = new ObjectStore(workFile);
  try {
    const types: EventTypes = new Map();
    const events = await writeEvents(span, file, store, types, onEvents);
    const objects = await writeObjects(file, store);
    await file.write(`],\n"objectTypes":${JSON.stringify(objectTypes())},\n`);
    await file.write(`"eventTypes":${JSON.stringify(eventTypes(types))}}\n`);
    return { events, objects };
  } finally {
    store.close();
  }
}

async function writeEvents(
  span: LogSpan,
  file: OutputFile,
  store: ObjectStore,
  types: EventTypes,
  onEvents: (events: number) => void,
): Promise<number> {
  let count = 0;
  await file.write('{"events":[\n');
  for await (const events of ocelPages(span, store)) {
    for (const event of events) note(types, event);
    if (events.length > 0) {
      await file.write((count > 0 ? ",\n" : "") + events.map((event) => JSON.stringify(inJson(event))).join(",\n"));
    }
    count += events.length;
    onEvents(count);
  }
  return count;
}

const inJson = ({ attributes, ...event }: RelatedEvent) => ({
  ...event,
  attributes: Object.entries(attributes).map(([name, value]) => ({ name, value })),
});

async function writeObjects(file: OutputFile, store: ObjectStore): Promise<number> {
  let count = 0;
  let lines: string[] = [];
  await file.write('\n],\n"objects":[\n');
  const flush = async () => {
    if (lines.length === 0) return;
    await file.write((count > lines.length ? ",\n" : "") + lines.join(",\n"));
    lines = [];
  };
  for (const object of store.all()) {
    lines.push(JSON.stringify(object));
    count++;
    if (lines.length >= PAGE) await flush();
  }
  await flush();
  return count;
}

function note(types: EventTypes, { type, attributes }: RelatedEvent): void {
  const known = types.get(type) ?? new Map<string, AttributeType>();
  for (const [name, value] of Object.entries(attributes)) known.set(name, typeOfValue(value));
  types.set(type, known);
}

const objectTypes = () =>
  Object.entries(OBJECT_TYPES).map(([name, attributes]) => ({
    name,
    attributes: Object.entries(attributes).map(([attribute, type]) => ({ name: attribute, type })),
  }));

const eventTypes = (types: EventTypes) =>
  [...types].toSorted().map(([name, attributes]) => ({
    name,
    attributes: [...attributes].toSorted().map(([attribute, type]) => ({ name: attribute, type })),
  }));
