import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Call } from "./call.ts";
import { checkAnswers } from "./check.ts";
import { call, positionOf, saw, wrote } from "./testing-history.ts";

/** What happens to the register at a moment, and how long before and after that its call was under way. */
interface Moment {
  readonly kind:
    | "write"
    | "repeat"
    | "read"
    | "stale read"
    | "refused"
    | "lost answer"
    | "never done"
    | "by the system";
  readonly before: number;
  readonly after: number;
  readonly pick: number;
}

const moments = fc.array(
  fc.record<Moment>({
    kind: fc.constantFrom(
      "write",
      "repeat",
      "read",
      "stale read",
      "refused",
      "lost answer",
      "never done",
      "by the system",
    ),
    before: fc.nat({ max: 40 }),
    after: fc.nat({ max: 40 }),
    pick: fc.nat({ max: 1_000 }),
  }),
  { maxLength: 24 },
);

/** The history that clients would write down if each call took effect at its moment, ten milliseconds apart. */
function historyOf(all: readonly Moment[]): Call[] {
  let revision = 0;
  const keys: { readonly key: string; readonly revision: number; readonly answered: number }[] = [];
  const calls: Call[] = [wrote("place", [0, 5], 0)];
  for (const [n, { kind, before, after, pick }] of all.entries()) {
    const at = 10 + n * 10;
    const when = [Math.max(6, at - before), at + 0.5 + after] as const;
    const known = keys[pick % Math.max(1, keys.length)];
    if (kind === "by the system") revision += 1 + (pick % 3);
    if (kind === "write" || kind === "lost answer") {
      const what = `write-${n}`;
      revision++;
      keys.push({ key: what, revision, answered: kind === "write" ? when[1] : Number.POSITIVE_INFINITY });
      const { client, key } = call({ what, from: 0, to: 0 });
      calls.push(
        kind === "write"
          ? wrote(what, when, revision)
          : { client, key, what, from: when[0], to: when[1], outcome: "unknown", status: 0 },
      );
    }
    if (kind === "repeat" && known) calls.push(wrote(known.key, when, known.revision, { seen: revision }));
    if (kind === "read")
      calls.push(saw(when, revision, known && known.answered < when[0] ? known.revision : undefined));
    if (kind === "stale read") calls.push(saw(when, pick % (revision + 1)));
    if (kind === "refused")
      calls.push(call({ what: `no-${n}`, from: when[0], to: when[1], outcome: "refused", status: 409, code: "no" }));
    if (kind === "never done")
      calls.push(call({ what: `never-${n}`, from: when[0], to: when[1], outcome: "unknown", status: 503 }));
  }
  return calls;
}

describe("random histories", () => {
  it("in which every call takes effect at one moment are found linearizable", () => {
    fc.assert(
      fc.property(moments, (all) => {
        expect(checkAnswers("o", historyOf(all)).breaches).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("with a read that shows less than was acknowledged before it, and was asked for, are found broken", () => {
    fc.assert(
      fc.property(moments, fc.nat(), (all, pick) => {
        const calls = historyOf(all);
        const acknowledged = calls.filter(({ outcome, revision }) => outcome === "done" && Number(revision) > 0);
        const one = acknowledged[pick % Math.max(1, acknowledged.length)];
        fc.pre(one !== undefined);
        const read = saw([one.to + 1, one.to + 2], Number(one.revision) - 1, Number(one.revision));
        expect(checkAnswers("o", [...calls, read]).breaches).not.toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("with two different writes acknowledged at one revision are found broken", () => {
    fc.assert(
      fc.property(moments, fc.nat(), (all, pick) => {
        const calls = historyOf(all);
        const writes = calls.filter(({ outcome, revision }) => outcome === "done" && Number(revision) > 0);
        const one = writes[pick % Math.max(1, writes.length)];
        fc.pre(one !== undefined);
        const position = positionOf(Number(one.revision));
        const winner = wrote("another", [one.from, one.to], Number(one.revision), { position });
        expect(checkAnswers("o", [...calls, winner]).breaches).not.toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
