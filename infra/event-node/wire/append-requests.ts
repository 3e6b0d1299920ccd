import { ANY, NO_STREAM, STREAM_EXISTS } from "../calls/expected.ts";
import { LIMITS } from "../limits.ts";
import { FieldReader, MalformedMessage } from "./protobuf.ts";
import { uuidFromHalves, uuidFromText } from "./uuid.ts";

/** An event that a client wants stored. `size` is what counts towards the limit of an append. */
export interface ProposedEvent {
  id: Uint8Array;
  type: string;
  json: boolean;
  metadata: Buffer;
  data: Buffer;
  size: number;
}

export interface AppendOptions {
  streamName: string;
  expected: number;
  /** Milliseconds since 1970, by the clock of the client for the absolute form. */
  deadline: number | undefined;
}

/** One message of the batch stream. `correlationId` is the encoded UUID as sent, to be sent back. */
export interface BatchAppendMessage {
  correlationId: Buffer;
  options: AppendOptions | undefined;
  events: ProposedEvent[];
  final: boolean;
}

export type AppendMessage = { kind: "options"; options: AppendOptions } | { kind: "event"; event: ProposedEvent };

const NO_BYTES = Buffer.alloc(0);

/** `event_store.client.streams.BatchAppendReq` */
export function decodeBatchAppend(message: Buffer): BatchAppendMessage {
  const reader = new FieldReader(message);
  const out: BatchAppendMessage = { correlationId: NO_BYTES, options: undefined, events: [], final: false };
  while (reader.next()) {
    if (reader.field === 1) out.correlationId = reader.bytes();
    else if (reader.field === 2) out.options = decodeOptions(reader.message(), true);
    else if (reader.field === 3) out.events.push(decodeEvent(reader.message()));
    else if (reader.field === 4) out.final = reader.varint() !== 0;
    else reader.skip();
  }
  return out;
}

/** `event_store.client.streams.AppendReq`: the first message has the options, each later one an event. */
export function decodeAppend(message: Buffer): AppendMessage {
  const reader = new FieldReader(message);
  while (reader.next()) {
    if (reader.field === 1) return { kind: "options", options: decodeOptions(reader.message(), false) };
    if (reader.field === 2) return { kind: "event", event: decodeEvent(reader.message()) };
    reader.skip();
  }
  throw new MalformedMessage("an append message with neither options nor event");
}

function decodeOptions(reader: FieldReader, batch: boolean): AppendOptions {
  const options: AppendOptions = { streamName: "", expected: ANY, deadline: undefined };
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        options.streamName = decodeStreamName(reader.message());
        break;
      case 2:
        options.expected = reader.varint();
        break;
      case 3:
        options.expected = NO_STREAM;
        reader.skip();
        break;
      case 4:
        options.expected = ANY;
        reader.skip();
        break;
      case 5:
        options.expected = STREAM_EXISTS;
        reader.skip();
        break;
      case 6:
        if (batch) options.deadline = decodeSeconds(reader.message());
        else reader.skip();
        break;
      case 7:
        if (batch) options.deadline = Date.now() + decodeSeconds(reader.message());
        else reader.skip();
        break;
      default:
        reader.skip();
    }
  }
  return options;
}

/** `StreamIdentifier` */
export function decodeStreamName(reader: FieldReader): string {
  let name = "";
  while (reader.next()) {
    if (reader.field === 3) name = reader.text();
    else reader.skip();
  }
  if (Buffer.byteLength(name) > LIMITS.streamNameBytes) throw new MalformedMessage("stream name too long");
  return name;
}

/** `google.protobuf.Timestamp` and `Duration` alike, in milliseconds. */
function decodeSeconds(reader: FieldReader): number {
  let ms = 0;
  while (reader.next()) {
    if (reader.field === 1) ms += reader.varint() * 1000;
    else if (reader.field === 2) ms += reader.varint() / 1e6;
    else reader.skip();
  }
  return ms;
}

function decodeEvent(reader: FieldReader): ProposedEvent {
  const event: ProposedEvent = { id: NO_BYTES, type: "", json: false, metadata: NO_BYTES, data: NO_BYTES, size: 0 };
  while (reader.next()) {
    if (reader.field === 1) event.id = decodeUuid(reader.message());
    else if (reader.field === 2) decodeProperty(reader.message(), event);
    else if (reader.field === 3) event.metadata = reader.bytes();
    else if (reader.field === 4) event.data = reader.bytes();
    else reader.skip();
  }
  if (event.id.length === 0) throw new MalformedMessage("an event without an id");
  if (event.type.length > LIMITS.eventTypeBytes) throw new MalformedMessage("event type too long");
  event.size = event.data.length + event.metadata.length + event.type.length * 2;
  return event;
}

function decodeProperty(reader: FieldReader, event: ProposedEvent): void {
  let key = "";
  let value = "";
  while (reader.next()) {
    if (reader.field === 1) key = reader.text();
    else if (reader.field === 2) value = reader.text();
    else reader.skip();
  }
  if (key === "type") event.type = value;
  else if (key === "content-type") event.json = value === "application/json";
}

function decodeUuid(reader: FieldReader): Uint8Array {
  let bytes: Uint8Array | undefined;
  while (reader.next()) {
    if (reader.field === 2) bytes = uuidFromText(reader.bytes());
    else if (reader.field === 1) bytes = decodeHalves(reader.message());
    else reader.skip();
  }
  if (!bytes) throw new MalformedMessage("not a UUID");
  return bytes;
}

function decodeHalves(reader: FieldReader): Uint8Array {
  let most = 0n;
  let least = 0n;
  while (reader.next()) {
    if (reader.field === 1) most = reader.bigVarint();
    else if (reader.field === 2) least = reader.bigVarint();
    else reader.skip();
  }
  return uuidFromHalves(most, least);
}
