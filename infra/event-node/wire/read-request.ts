import { LIMITS } from "../limits.ts";
import { decodeStreamName } from "./append-requests.ts";
import { FieldReader, MalformedMessage } from "./protobuf.ts";

/** Where a read or subscription begins: a revision or position, or an end of the log. */
export type From = number | "start" | "end";

export interface FilterRequest {
  on: "stream" | "type";
  regex: string;
  prefixes: string[];
  /** Events looked at per search window, when the client says so. */
  window: number | undefined;
  /** A checkpoint is sent after this many windows. */
  checkpointInterval: number;
}

export interface ReadRequest {
  /** Undefined reads `$all`. */
  streamName: string | undefined;
  from: From;
  backwards: boolean;
  /** Events that are links come with what they point to. */
  resolveLinks: boolean;
  /** How many events, or a subscription without an end. */
  extent: { kind: "count"; count: number } | { kind: "subscription" };
  filter: FilterRequest | undefined;
}

/** `event_store.client.streams.ReadReq` */
export function decodeRead(message: Buffer): ReadRequest {
  const reader = new FieldReader(message);
  while (reader.next()) {
    if (reader.field === 1) return decodeOptions(reader.message());
    reader.skip();
  }
  throw new MalformedMessage("a read without options");
}

function decodeOptions(reader: FieldReader): ReadRequest {
  const request: ReadRequest = {
    streamName: undefined,
    from: "start",
    backwards: false,
    resolveLinks: false,
    extent: { kind: "count", count: 0 },
    filter: undefined,
  };
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        decodeStreamOptions(reader.message(), request);
        break;
      case 2:
        decodeAllOptions(reader.message(), request);
        break;
      case 3:
        request.backwards = reader.varint() === 1;
        break;
      case 4:
        request.resolveLinks = reader.varint() !== 0;
        break;
      case 5:
        request.extent = { kind: "count", count: reader.varint() };
        break;
      case 6:
        request.extent = { kind: "subscription" };
        reader.skip();
        break;
      case 7:
        request.filter = decodeFilter(reader.message());
        break;
      default:
        reader.skip();
    }
  }
  return request;
}

function decodeStreamOptions(reader: FieldReader, request: ReadRequest): void {
  request.streamName = "";
  while (reader.next()) {
    if (reader.field === 1) request.streamName = decodeStreamName(reader.message());
    else if (reader.field === 2) request.from = reader.varint();
    else if (reader.field === 3 || reader.field === 4) {
      request.from = reader.field === 3 ? "start" : "end";
      reader.skip();
    } else reader.skip();
  }
}

function decodeAllOptions(reader: FieldReader, request: ReadRequest): void {
  while (reader.next()) {
    if (reader.field === 1) request.from = decodePosition(reader.message());
    else if (reader.field === 2 || reader.field === 3) {
      request.from = reader.field === 2 ? "start" : "end";
      reader.skip();
    } else reader.skip();
  }
}

function decodePosition(reader: FieldReader): number {
  let commit = 0;
  while (reader.next()) {
    if (reader.field === 1) commit = reader.varint();
    else reader.skip();
  }
  return commit;
}

function decodeFilter(reader: FieldReader): FilterRequest {
  const filter: FilterRequest = { on: "stream", regex: "", prefixes: [], window: undefined, checkpointInterval: 1 };
  while (reader.next()) {
    if (reader.field === 1 || reader.field === 2) {
      filter.on = reader.field === 1 ? "stream" : "type";
      decodeExpression(reader.message(), filter);
    } else if (reader.field === 3) filter.window = reader.varint();
    else if (reader.field === 5) filter.checkpointInterval = reader.varint();
    else reader.skip();
  }
  return filter;
}

function decodeExpression(reader: FieldReader, filter: FilterRequest): void {
  while (reader.next()) {
    if (reader.field === 1) filter.regex = reader.text();
    else if (reader.field === 2) filter.prefixes.push(reader.text());
    else reader.skip();
  }
  if (filter.regex.length > LIMITS.filterExpressionLength || filter.prefixes.length > LIMITS.filterPrefixes)
    throw new MalformedMessage("filter too long");
}
