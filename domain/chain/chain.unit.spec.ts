import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chained, type Fact, rehashed } from "../../test/fixtures/chained.ts";
import { type ChainBreak, type ChainFinding, ChainWalk, genesisHash, type HeadWitness } from "./chain.ts";
import type { RecordedEvent } from "./envelope.ts";

const STREAM = "order-1";
const facts: Fact[] = [0, 1, 2, 3, 4].map((n) => ({ type: `order.step_${n}`, data: { n, text: "so it was" } }));
const stream = chained(STREAM, facts);

/** The event at a revision of the untouched stream. */
function at(revision: number, events: readonly RecordedEvent[] = stream): RecordedEvent {
  const event = events[revision];
  return event ?? expect.fail(`no event at revision ${revision}`);
}

/** The stream's last event as a witness has kept it. */
const witnessOf = (events: readonly RecordedEvent[]): HeadWitness => {
  const last = at(events.length - 1, events);
  return { revision: last.revision, hash: last.metadata.hash };
};

/** The list as a store would number it: every event at the revision of its place. */
const renumbered = (events: readonly RecordedEvent[]) =>
  events.map((event, index) => ({ ...event, revision: BigInt(index) }));

function verify(events: readonly RecordedEvent[], witness?: HeadWitness): readonly ChainFinding[] {
  const walk = new ChainWalk(STREAM, witness);
  for (const event of events) walk.next(event);
  return walk.end();
}

/** Findings in short: `revision reason`. */
const found = (events: readonly RecordedEvent[], witness?: HeadWitness) =>
  verify(events, witness).map(({ revision, reason }) => `${revision} ${reason}`);

describe("an untouched stream", () => {
  test("verifies, with and without a witness", () => {
    expect(verify(stream)).toEqual([]);
    expect(verify(stream, witnessOf(stream))).toEqual([]);
  });

  test("verifies although a witness lags behind it", () => {
    expect(verify(stream, witnessOf(stream.slice(0, 2)))).toEqual([]);
  });

  test("tells its length and head, to which the next event is chained", () => {
    const walk = new ChainWalk(STREAM);
    expect(walk.head).toBe(genesisHash(STREAM));
    for (const event of stream) walk.next(event);
    expect([walk.length, walk.head]).toEqual([5n, at(4).metadata.hash]);
  });

  test("that is empty verifies, unless a witness has seen an event there", () => {
    expect(verify([])).toEqual([]);
    expect(found([], witnessOf(stream.slice(0, 1)))).toEqual(["0 tail_missing"]);
  });
});

describe("a change in the middle is reported with stream, revision and reason", () => {
  const changed = (change: (event: RecordedEvent) => RecordedEvent) => stream.with(2, change(at(2)));

  test.each<[string, RecordedEvent[]]>([
    ["a value of the data", changed((e) => ({ ...e, data: { n: 2, text: "so it was not" } }))],
    ["a property that was added", changed((e) => ({ ...e, data: { n: 2, text: "so it was", more: true } }))],
    ["a property that was removed", changed((e) => ({ ...e, data: { n: 2 } }))],
    ["a number turned into text", changed((e) => ({ ...e, data: { n: "2", text: "so it was" } }))],
    ["the type", changed((e) => ({ ...e, type: "order.other" }))],
    ["the id", changed((e) => ({ ...e, id: at(3).id }))],
    ["the business time", changed((e) => ({ ...e, metadata: { ...e.metadata, at: "2026-11-21T09:00:00.000Z" } }))],
    ["the actor", changed((e) => ({ ...e, metadata: { ...e.metadata, actor: { type: "admin", id: "1" } } }))],
    ["the version of the shape", changed((e) => ({ ...e, metadata: { ...e.metadata, v: 2 } }))],
    ["a value that has no canonical form", changed((e) => ({ ...e, data: { n: 2, text: "\ud800" } }))],
  ])("%s", (_, events) => {
    expect(verify(events)).toEqual([
      {
        stream: STREAM,
        revision: "2",
        reason: "hash_mismatch" satisfies ChainBreak,
        detail: "the event's content is not what was hashed when it was written",
      },
    ]);
  });

  test("a changed value whose hash was computed again breaks the event after it", () => {
    expect(found(changed((e) => rehashed({ ...e, data: { n: 99 } })))).toEqual(["3 prev_hash_mismatch"]);
  });

  test("a hash that was replaced is found at the event and at the one after it", () => {
    const events = changed((e) => ({ ...e, metadata: { ...e.metadata, hash: at(1).metadata.hash } }));
    expect(found(events)).toEqual(["2 hash_mismatch", "3 prev_hash_mismatch"]);
  });

  test("a prevHash that was replaced is found", () => {
    const events = changed((e) => rehashed(e, { prevHash: genesisHash("order-2") }));
    expect(found(events)).toEqual(["2 prev_hash_mismatch", "3 prev_hash_mismatch"]);
  });

  test("an event whose hash was taken away is not passed over", () => {
    const { hash: _, ...bare } = at(2).metadata;
    const events = stream.with(2, { ...at(2), metadata: bare as typeof bare & { hash: string } }); // as if stored so
    expect(found(events)).toEqual(["2 not_chained", "3 prev_hash_mismatch"]);
  });

  test("an algorithm that nobody knows is not taken for a proof", () => {
    const events = changed((e) => rehashed(e, { alg: 2 as 1 })); // a stored value that the type does not allow
    expect(found(events)).toContain("2 not_chained");
  });
});

describe("events that are not where they were written", () => {
  test("a removed event leaves a gap and a broken link", () => {
    expect(found(stream.toSpliced(2, 1))).toEqual(["3 revision_gap", "3 prev_hash_mismatch"]);
  });

  test("a removed event is found even when those after it were moved up", () => {
    expect(found(renumbered(stream.toSpliced(2, 1)))).toEqual([
      "2 prev_hash_mismatch",
      "2 hash_mismatch",
      "3 hash_mismatch",
    ]);
  });

  test("a removed first event is found", () => {
    expect(found(stream.slice(1))).toEqual(["1 revision_gap", "1 prev_hash_mismatch"]);
    expect(found(renumbered(stream.slice(1)))[0]).toBe("0 prev_hash_mismatch");
  });

  const intruder = rehashed({ ...at(2), id: "intruder", data: { n: 1000 } }, { prevHash: at(1).metadata.hash });

  test("an inserted event with a hash of its own breaks the link of the one that it pushed on", () => {
    expect(found(renumbered(stream.toSpliced(2, 0, intruder)))).toEqual([
      "3 prev_hash_mismatch",
      "3 hash_mismatch",
      "4 hash_mismatch",
      "5 hash_mismatch",
    ]);
  });

  test("an inserted event that takes another's revision is found as a gap", () => {
    expect(found(stream.toSpliced(2, 0, intruder))).toContain("2 revision_gap");
  });

  test("an inserted event after which all was chained again is found by the head witness", () => {
    const rewritten = chained(STREAM, facts.toSpliced(2, 0, { type: "order.step_x", data: {} }));
    expect(found(rewritten)).toEqual([]);
    expect(found(rewritten, witnessOf(stream))).toEqual(["4 head_mismatch"]);
  });

  test("two swapped events are found, with or without their revisions", () => {
    const swapped = stream.with(2, at(3)).with(3, at(2));
    expect(found(swapped)[0]).toBe("3 revision_gap");
    expect(found(swapped)).toContain("2 prev_hash_mismatch");
    expect(found(renumbered(swapped))).toEqual([
      "2 prev_hash_mismatch",
      "2 hash_mismatch",
      "3 prev_hash_mismatch",
      "3 hash_mismatch",
      "4 prev_hash_mismatch",
    ]);
  });

  test("an event moved here from another stream is found, whatever stream it says it is of", () => {
    const foreign = at(2, chained("order-2", facts));
    const reasons = ["2 prev_hash_mismatch", "2 hash_mismatch", "3 prev_hash_mismatch"];
    expect(found(stream.with(2, foreign))).toEqual(reasons);
    expect(found(stream.with(2, { ...foreign, stream: STREAM }))).toEqual(reasons);
  });

  test("a whole stream put in the place of another is found at its first event", () => {
    const foreign = chained("order-2", facts).map((event) => ({ ...event, stream: STREAM }));
    expect(found(foreign).slice(0, 2)).toEqual(["0 prev_hash_mismatch", "0 hash_mismatch"]);
  });
});

describe("what a chain cannot prove alone is proved by a head witness", () => {
  test("a removed tail", () => {
    const cut = stream.slice(0, 3);
    expect(found(cut)).toEqual([]);
    expect(verify(cut, witnessOf(stream))).toEqual([
      {
        stream: STREAM,
        revision: "4",
        reason: "tail_missing",
        detail: "a witness has seen revision 4, the stream has 3 events",
      },
    ]);
  });

  test("a stream rewritten with a freshly computed chain", () => {
    const rewritten = chained(STREAM, facts.with(1, { type: "order.step_1", data: { n: 1, text: "as they wish" } }));
    expect(found(rewritten)).toEqual([]);
    expect(verify(rewritten, witnessOf(stream))).toEqual([
      {
        stream: STREAM,
        revision: "4",
        reason: "head_mismatch",
        detail: "the event is not the one a witness has seen here",
      },
    ]);
  });
});

test("no single change of any byte of any event goes unnoticed when a witness knows the head", () => {
  const witness = witnessOf(stream);
  const position = fc.nat({ max: stream.length - 1 });
  const edit = fc.record({ index: position, offset: fc.nat(), to: fc.integer({ min: 0x20, max: 0x7e }) });
  fc.assert(
    fc.property(edit, ({ index, offset, to }) => {
      const event = at(index);
      const text = JSON.stringify({ id: event.id, type: event.type, data: event.data, metadata: event.metadata });
      const place = offset % text.length;
      const edited = text.slice(0, place) + String.fromCharCode(to) + text.slice(place + 1);
      const stored = parsed(edited);
      fc.pre(stored !== undefined && JSON.stringify(stored) !== text);
      const findings = verify(stream.with(index, { ...event, ...stored }), witness);
      expect(findings).not.toEqual([]);
    }),
    { numRuns: 300 },
  );
});

/** The edited bytes as an event's parts, or undefined where they are no JSON object any more. */
function parsed(text: string): Pick<RecordedEvent, "id" | "type" | "data" | "metadata"> | undefined {
  try {
    const { id = "", type = "", data = {}, metadata = {} } = JSON.parse(text);
    return { id, type, data, metadata };
  } catch {
    return undefined;
  }
}
