import { FLAG_JSON } from "../log/event-row.ts";
import { DELETED } from "../log/stream-rules.ts";
import { FRAME_HEAD, frame, writeFrameHead } from "./framing.ts";
import { bytesField, varintField, varintSize, writeVarint } from "./protobuf.ts";
import { UUID_TEXT_LENGTH, writeUuidText } from "./uuid.ts";

/**
 * `ReadResp.event` by hand, many messages into one buffer: reads and catch-up subscriptions spend their time here.
 * Whatever repeats from event to event (the stream's name, the type) comes as bytes that were encoded once.
 */

/** What of an event goes over the wire. `streamField` is the encoded StreamIdentifier field (`encodeStreamField`). */
export interface EncodableEvent {
  position: number;
  streamField: Buffer;
  revision: number;
  id: Uint8Array;
  type: string;
  flags: number;
  created: number;
  metadata: Uint8Array;
  data: Uint8Array;
}

/** Tag and length of the UUID field around the text: field 1 of the event, field 2 of the UUID. */
const ID_SIZE = 4 + UUID_TEXT_LENGTH;
/** Tag, length and key of the map entry with the time; the value's length and digits follow. */
const CREATED_HEAD = Buffer.concat([Buffer.from([0x0a, 7]), Buffer.from("created")]);

/** 2^63 - 1 as a varint: the revision of a tombstone. */
const LARGEST_REVISION = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);

/** Encoded `type` and `content-type` entries by type, JSON and binary. Event types are few; a flood starts it anew. */
const typeFields: [Map<string, Buffer>, Map<string, Buffer>] = [new Map(), new Map()];
const KNOWN_TYPES = 10_000;

/** The StreamIdentifier field of a recorded event, encoded once per stream. */
export function encodeStreamField(name: string): Buffer {
  return bytesField(2, bytesField(3, name));
}

/** The framed messages of all events, one after another; `ends[i]` is the offset behind the i-th. */
export function encodeEvents(events: readonly EncodableEvent[]): { bytes: Buffer; ends: number[] } {
  const records: number[] = [];
  const ends: number[] = [];
  let total = 0;
  for (const event of events) {
    const record = recordSize(event);
    records.push(record);
    total += FRAME_HEAD + messageSize(record, event.position);
    ends.push(total);
  }
  const bytes = Buffer.allocUnsafeSlow(total);
  let at = 0;
  events.forEach((event, i) => {
    at = writeEvent(bytes, at, event, records[i] ?? 0);
  });
  return { bytes, ends };
}

/** An event with the link that was followed to it. A link that leads nowhere comes alone. */
export interface LinkedEvent {
  event: EncodableEvent | undefined;
  link: EncodableEvent;
}

/** The framed message of an event that was reached over a link; its place in the read is that of the link. */
export function encodeLinked({ event, link }: LinkedEvent): Buffer {
  const parts = [bytesField(2, encodeRecord(link)), varintField(3, link.position)];
  return frame(bytesField(1, ...(event ? [bytesField(1, encodeRecord(event))] : []), ...parts));
}

function encodeRecord(event: EncodableEvent): Buffer {
  const bytes = Buffer.allocUnsafe(recordSize(event));
  writeRecord(bytes, 0, event);
  return bytes;
}

function recordSize(event: EncodableEvent): number {
  const { metadata, data } = event;
  let size = ID_SIZE + event.streamField.length + typeField(event).length;
  const revision = event.revision === DELETED ? LARGEST_REVISION.length : varintSize(event.revision);
  size += 3 + revision + 2 * varintSize(event.position);
  const created = createdDigits(event.created);
  size += 2 + CREATED_HEAD.length + 2 + created;
  if (metadata.length > 0) size += 1 + varintSize(metadata.length) + metadata.length;
  if (data.length > 0) size += 1 + varintSize(data.length) + data.length;
  return size;
}

/** Size of ReadResp around ReadEvent around the record. */
function messageSize(record: number, position: number): number {
  const readEvent = readEventSize(record, position);
  return 1 + varintSize(readEvent) + readEvent;
}

function readEventSize(record: number, position: number): number {
  return 1 + varintSize(record) + record + 1 + varintSize(position);
}

function writeEvent(target: Buffer, at: number, event: EncodableEvent, record: number): number {
  const { position } = event;
  at = writeFrameHead(target, at, messageSize(record, position));
  target[at++] = 0x0a;
  at = writeVarint(target, at, readEventSize(record, position));
  target[at++] = 0x0a;
  at = writeVarint(target, at, record);
  at = writeRecord(target, at, event);
  target[at++] = 0x18;
  return writeVarint(target, at, position);
}

/** `RecordedEvent` */
function writeRecord(target: Buffer, at: number, event: EncodableEvent): number {
  const { position, metadata, data } = event;
  target[at++] = 0x0a;
  target[at++] = UUID_TEXT_LENGTH + 2;
  target[at++] = 0x12;
  target[at++] = UUID_TEXT_LENGTH;
  at = writeUuidText(target, at, event.id);
  target.set(event.streamField, at);
  at += event.streamField.length;
  target[at++] = 0x18;
  if (event.revision === DELETED) {
    target.set(LARGEST_REVISION, at);
    at += LARGEST_REVISION.length;
  } else {
    at = writeVarint(target, at, event.revision);
  }
  target[at++] = 0x20;
  at = writeVarint(target, at, position);
  target[at++] = 0x28;
  at = writeVarint(target, at, position);
  const type = typeField(event);
  target.set(type, at);
  at += type.length;
  at = writeCreated(target, at, event.created);
  if (metadata.length > 0) {
    target[at++] = 0x3a;
    at = writeVarint(target, at, metadata.length);
    target.set(metadata, at);
    at += metadata.length;
  }
  if (data.length > 0) {
    target[at++] = 0x42;
    at = writeVarint(target, at, data.length);
    target.set(data, at);
    at += data.length;
  }
  return at;
}

function typeField(event: EncodableEvent): Buffer {
  const json = event.flags & FLAG_JSON;
  const known = typeFields[json ? 0 : 1];
  const field = known.get(event.type);
  if (field) return field;
  const content = json ? "application/json" : "application/octet-stream";
  const encoded = Buffer.concat([mapEntry("type", event.type), mapEntry("content-type", content)]);
  if (known.size >= KNOWN_TYPES) known.clear();
  known.set(event.type, encoded);
  return encoded;
}

function mapEntry(key: string, value: string): Buffer {
  return bytesField(6, bytesField(1, key), bytesField(2, value));
}

/** The time goes over the wire as decimal ticks of 100 ns: the microseconds with a zero behind. */
function createdDigits(micros: number): number {
  return (micros >= 1e15 && micros < 1e16 ? 16 : String(micros).length) + 1;
}

function writeCreated(target: Buffer, at: number, micros: number): number {
  const digits = createdDigits(micros);
  target[at++] = 0x32;
  target[at++] = CREATED_HEAD.length + 2 + digits;
  target.set(CREATED_HEAD, at);
  at += CREATED_HEAD.length;
  target[at++] = 0x12;
  target[at++] = digits;
  target.write(`${micros}0`, at, digits, "latin1");
  return at + digits;
}
