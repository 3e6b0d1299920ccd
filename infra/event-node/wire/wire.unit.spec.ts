import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { ANY, NO_STREAM, STREAM_EXISTS } from "../calls/expected.ts";
import { parseTimeout } from "../http/grpc-call.ts";
import { DELETED } from "../log/stream-rules.ts";
import { decodeAppend, decodeBatchAppend } from "./append-requests.ts";
import { decodeDelete } from "./delete-request.ts";
import { type EncodableEvent, encodeEvents, encodeLinked, encodeStreamField } from "./event-encoding.ts";
import { FrameSplitter, frame, UnreadableFrame } from "./framing.ts";
import { FieldReader, MalformedMessage } from "./protobuf.ts";
import { decodeRead } from "./read-request.ts";
import { appendResponse, batchAppendResponse } from "./responses.ts";
import { uuidFromHalves, uuidFromText, uuidHalves, writeUuidText } from "./uuid.ts";

const require = createRequire(import.meta.url);
/** The client's own generated classes: what they read and write is what we have to. */
const streams: typeof import("@eventstore/db-client/generated/streams_pb.js") = require("@eventstore/db-client/generated/streams_pb.js");
const shared: typeof import("@eventstore/db-client/generated/shared_pb.js") = require("@eventstore/db-client/generated/shared_pb.js");

const bytes = (text: string) => Buffer.from(text);
const uuidBytes = (text: string) => {
  const id = uuidFromText(bytes(text));
  if (!id) throw new Error("not a UUID");
  return id;
};
function streamIdentifier(name: string) {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(bytes(name).toString("base64"));
  return identifier;
}

describe("events that the node writes", () => {
  const event: EncodableEvent = {
    position: 5_000_000_000,
    streamField: encodeStreamField("order-ü🍰"),
    revision: 300,
    id: uuidBytes("0193e1c0-0000-7000-8000-0123456789ab"),
    type: "order.placed",
    flags: 1,
    created: 1_732_180_000_123_000,
    metadata: bytes('{"by":"me"}'),
    data: bytes(`{"pad":"${"x".repeat(300)}"}`),
  };

  it("are read by the client's generated classes field by field", () => {
    const { bytes: page, ends } = encodeEvents([
      event,
      { ...event, revision: 0, metadata: Buffer.alloc(0), data: Buffer.alloc(0), flags: 0 },
    ]);
    const [first, second] = messagesOf(page).map((message) => streams.ReadResp.deserializeBinary(message).getEvent());
    expect(ends.at(-1)).toBe(page.length);
    const recorded = first?.getEvent();
    expect(recorded?.getId()?.getString()).toBe("0193e1c0-0000-7000-8000-0123456789ab");
    expect(Buffer.from(recorded?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString()).toBe("order-ü🍰");
    expect(recorded?.getStreamRevision()).toBe("300");
    expect([recorded?.getCommitPosition(), recorded?.getPreparePosition(), first?.getCommitPosition()]).toEqual(
      Array(3).fill("5000000000"),
    );
    expect(Object.fromEntries(recorded?.getMetadataMap().toArray() ?? [])).toEqual({
      type: "order.placed",
      "content-type": "application/json",
      created: "17321800001230000",
    });
    expect(Buffer.from(recorded?.getCustomMetadata_asU8() ?? []).toString()).toBe('{"by":"me"}');
    expect(Buffer.from(recorded?.getData_asU8() ?? [])).toEqual(event.data);
    expect(second?.getEvent()?.getStreamRevision()).toBe("0");
    expect(second?.getEvent()?.getMetadataMap().get("content-type")).toBe("application/octet-stream");
    expect(second?.getEvent()?.getData_asU8()).toHaveLength(0);
  });
});

describe("links and tombstones that the node writes", () => {
  const event: EncodableEvent = {
    position: 7,
    streamField: encodeStreamField("order-1"),
    revision: 2,
    id: uuidBytes("0193e1c0-0000-7000-8000-0123456789ab"),
    type: "order.placed",
    flags: 1,
    created: 1_732_180_000_123_000,
    metadata: Buffer.alloc(0),
    data: bytes("{}"),
  };
  const link = { ...event, position: 9, streamField: encodeStreamField("links"), revision: 0, type: "$>" };

  it("are read as a link with its event, and as a link alone where that is gone", () => {
    const [whole, broken] = [
      { event, link },
      { event: undefined, link },
    ].map((linked) =>
      streams.ReadResp.deserializeBinary(messagesOf(encodeLinked(linked))[0] ?? Buffer.alloc(0)).getEvent(),
    );
    expect(whole?.getEvent()?.getStreamRevision()).toBe("2");
    expect(whole?.getLink()?.getMetadataMap().get("type")).toBe("$>");
    expect(whole?.getCommitPosition()).toBe("9");
    expect([broken?.hasEvent(), broken?.getLink()?.getCommitPosition()]).toEqual([false, "9"]);
  });

  it("have the largest revision there is", () => {
    const [message] = messagesOf(encodeEvents([{ ...event, revision: DELETED }]).bytes);
    const read = streams.ReadResp.deserializeBinary(message ?? Buffer.alloc(0))
      .getEvent()
      ?.getEvent();
    expect(read?.getStreamRevision()).toBe("9223372036854775807");
    expect(Buffer.from(read?.getData_asU8() ?? []).toString()).toBe("{}");
  });
});

describe("deletes that a client asks for", () => {
  const decoded = (set: (options: InstanceType<typeof streams.DeleteReq.Options>) => void) => {
    const options = new streams.DeleteReq.Options();
    options.setStreamIdentifier(streamIdentifier("order-1"));
    set(options);
    const request = new streams.DeleteReq();
    request.setOptions(options);
    return decodeDelete(Buffer.from(request.serializeBinary()));
  };

  it("are read with their stream and expected revision", () => {
    expect(decoded((options) => options.setRevision("41"))).toMatchObject({ streamName: "order-1", expected: 41 });
    expect(decoded((options) => options.setAny(new shared.Empty())).expected).toBe(ANY);
    expect(decoded((options) => options.setNoStream(new shared.Empty())).expected).toBe(NO_STREAM);
    expect(decoded((options) => options.setStreamExists(new shared.Empty())).expected).toBe(STREAM_EXISTS);
  });
});

describe("appends that a client writes", () => {
  it("are read with their correlation id, expected revision, deadline and events", () => {
    const options = new streams.BatchAppendReq.Options();
    options.setStreamIdentifier(streamIdentifier("order-1"));
    options.setStreamPosition("41");
    const request = new streams.BatchAppendReq();
    request.setOptions(options);
    request.setIsFinal(true);
    const correlation = new shared.UUID();
    correlation.setString(randomUUID());
    request.setCorrelationId(correlation);
    const proposed = new streams.BatchAppendReq.ProposedMessage();
    const id = new shared.UUID();
    id.setString("0193E1C0-0000-7000-8000-0123456789AB");
    proposed.setId(id);
    proposed.getMetadataMap().set("type", "order.placed");
    proposed.getMetadataMap().set("content-type", "application/json");
    proposed.setData(bytes('{"a":1}').toString("base64"));
    request.addProposedMessages(proposed);

    const decoded = decodeBatchAppend(Buffer.from(request.serializeBinary()));
    expect(decoded.options).toEqual({ streamName: "order-1", expected: 41, deadline: undefined });
    expect(decoded.final).toBe(true);
    expect(Buffer.from(correlation.serializeBinary())).toEqual(decoded.correlationId);
    expect(decoded.events).toHaveLength(1);
    expect(decoded.events[0]).toMatchObject({ type: "order.placed", json: true, size: 7 + 2 * 12 });
    expect(Buffer.from(decoded.events[0]?.id ?? []).toString("hex")).toBe("0193e1c0000070008000" + "0123456789ab");
  });

  it("are read with each kind of expectation", () => {
    const expectation = (set: (options: InstanceType<typeof streams.AppendReq.Options>) => void) => {
      const options = new streams.AppendReq.Options();
      options.setStreamIdentifier(streamIdentifier("s"));
      set(options);
      const request = new streams.AppendReq();
      request.setOptions(options);
      const decoded = decodeAppend(Buffer.from(request.serializeBinary()));
      return decoded.kind === "options" ? decoded.options.expected : undefined;
    };
    expect(expectation((options) => options.setAny(new shared.Empty()))).toBe(ANY);
    expect(expectation((options) => options.setNoStream(new shared.Empty()))).toBe(NO_STREAM);
    expect(expectation((options) => options.setStreamExists(new shared.Empty()))).toBe(STREAM_EXISTS);
    expect(expectation((options) => options.setRevision("0"))).toBe(0);
  });

  it("are refused when they are not protobuf", () => {
    expect(() => decodeBatchAppend(Buffer.from([0x0a, 0x7f, 1]))).toThrow(MalformedMessage);
    expect(() => decodeAppend(Buffer.alloc(0))).toThrow(MalformedMessage);
    expect(() => new FieldReader(Buffer.alloc(11, 0xff)).varint()).toThrow(MalformedMessage);
  });
});

describe("answers to appends", () => {
  const message = (framed: Buffer) => framed.subarray(5);

  it("say revision 0 and the position, and name no stream for an append without events to a new one", () => {
    const stored = streams.AppendResp.deserializeBinary(
      message(appendResponse({ kind: "stored", revision: 0, position: 7 })),
    );
    expect(stored.getSuccess()?.hasCurrentRevision()).toBe(true);
    expect(stored.getSuccess()?.getPosition()?.getCommitPosition()).toBe("7");
    const empty = streams.AppendResp.deserializeBinary(
      message(appendResponse({ kind: "stored", revision: -1, position: 7 })),
    );
    expect(empty.getSuccess()?.hasNoStream()).toBe(true);
  });

  it("carry a detail from which the client makes its typed error", () => {
    const outcome = { kind: "wrong-version", expected: NO_STREAM, head: 3 } as const;
    const answer = streams.BatchAppendResp.deserializeBinary(
      message(batchAppendResponse(Buffer.alloc(0), "s", outcome)),
    );
    const detail = answer.getError()?.getDetails();
    expect(detail?.getTypeName()).toBe("event_store.client.WrongExpectedVersion");
    const unpacked = detail?.unpack(
      shared.WrongExpectedVersion.deserializeBinary,
      "event_store.client.WrongExpectedVersion",
    );
    expect(unpacked?.getCurrentStreamRevision()).toBe("3");
    expect(unpacked?.hasExpectedNoStream()).toBe(true);
  });
});

describe("reads that a client asks for", () => {
  it("are understood with position, direction, limit and filter", () => {
    const options = new streams.ReadReq.Options();
    const all = new streams.ReadReq.Options.AllOptions();
    const position = new streams.ReadReq.Options.Position();
    position.setCommitPosition("18446744073709551615");
    position.setPreparePosition("18446744073709551615");
    all.setPosition(position);
    options.setAll(all);
    options.setReadDirection(1);
    options.setResolveLinks(true);
    options.setCount("9007199254740991");
    const filter = new streams.ReadReq.Options.FilterOptions();
    const expression = new streams.ReadReq.Options.FilterOptions.Expression();
    expression.setPrefixList(["order.", "payment."]);
    filter.setEventType(expression);
    filter.setMax(64);
    filter.setCheckpointintervalmultiplier(3);
    options.setFilter(filter);
    const request = new streams.ReadReq();
    request.setOptions(options);
    expect(decodeRead(Buffer.from(request.serializeBinary()))).toEqual({
      streamName: undefined,
      from: Number.MAX_SAFE_INTEGER,
      backwards: true,
      resolveLinks: true,
      extent: { kind: "count", count: Number.MAX_SAFE_INTEGER },
      filter: { on: "type", regex: "", prefixes: ["order.", "payment."], window: 64, checkpointInterval: 3 },
    });
  });
});

describe("framing", () => {
  it("cuts messages out of chunks, wherever those were cut", () => {
    const whole = Buffer.concat([frame(bytes("one")), frame(), frame(bytes("three"))]);
    for (let size = 1; size <= whole.length; size++) {
      const splitter = new FrameSplitter(100);
      const seen: string[] = [];
      for (let at = 0; at < whole.length; at += size)
        splitter.push(whole.subarray(at, at + size), (message) => seen.push(message.toString()));
      expect(seen).toEqual(["one", "", "three"]);
    }
  });

  it("refuses a message that declares itself too large before it has arrived", () => {
    expect(() => new FrameSplitter(100).push(frame(Buffer.alloc(101)).subarray(0, 5), () => {})).toThrow(
      UnreadableFrame,
    );
  });
});

describe("ids and deadlines", () => {
  it("turn from text to bytes and back, from halves too", () => {
    const text = randomUUID();
    const target = Buffer.alloc(36);
    const id = uuidBytes(text);
    expect(writeUuidText(target, 0, id)).toBe(36);
    expect(target.toString()).toBe(text);
    const { most, least } = uuidHalves(Buffer.from(id));
    expect(uuidFromHalves(most, least)).toEqual(Buffer.from(id));
    expect(uuidFromText(bytes("0193e1c0x0000-7000-8000-0123456789ab"))).toBeUndefined();
    expect(uuidFromText(bytes("0193e1c0-0000-7000-8000-0123456789ag"))).toBeUndefined();
  });

  it("are parsed from the header's units", () => {
    expect(["10S", "250m", "2M", "1H", "5u"].map(parseTimeout)).toEqual([10_000, 250, 120_000, 3_600_000, 0.005]);
    expect([undefined, "", "10", "123456789S", "S"].map(parseTimeout)).toEqual(Array(5).fill(undefined));
  });
});

function messagesOf(page: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  new FrameSplitter(1e9).push(page, (message) => messages.push(message));
  return messages;
}
