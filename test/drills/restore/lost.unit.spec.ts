import { expect, test } from "vitest";
import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import { chained } from "../../fixtures/chained.ts";
import { happened } from "../../fixtures/order-examples.ts";
import type { FinalLog } from "../history/check.ts";
import { judgeReport } from "./lost.ts";

/** A stream whose events lie at these places of the log. */
function stream(name: string, ...commits: readonly bigint[]): [string, readonly RecordedEvent[]] {
  const events = [happened.placed(), happened.reserved("1.1"), happened.cancelled()].slice(0, commits.length);
  const at = (index: number) => ({ commit: commits[index] ?? 0n, prepare: 0n });
  return [name, chained(name, events).map((event, index) => ({ ...event, position: at(index) }))];
}

const HEAD = 10n;
const WITNESSED: FinalLog = new Map([stream("kept", 1n, 2n), stream("cut", 3n, 11n), stream("gone", 12n)]);
/** The system has gone on until it ended: it has added to a stream that the backup held to its end. */
const WHOLE: FinalLog = new Map([...WITNESSED, stream("kept", 1n, 2n, 13n)]);

const judge = (whole: FinalLog, ...lost: readonly (readonly [string, string, string?])[]) =>
  judgeReport(
    {
      logEndsAt: "10",
      streamsWithLostEvents: lost.length,
      lost: lost.map(([name, had, has]) => ({ stream: name, had, ...(has !== undefined && { has }) })),
    },
    { witnessed: WITNESSED, whole },
    HEAD,
  );

test("what was lost and witnessed has to be named, with where it ended and where it ends", () => {
  expect(judge(WITNESSED, ["cut", "1", "0"], ["gone", "0"])).toEqual([]);
  expect(judge(WITNESSED, ["cut", "1", "0"])).toEqual(["gone has lost events, and the report does not name it"]);
  expect(judge(WITNESSED, ["cut", "1", "1"], ["gone", "0"])).toEqual([
    "the report says that cut had 1 and has 1; true is 1 and 0",
  ]);
});

test("what was added until the system ended may be named or not, and is lost all the same", () => {
  expect(judge(WHOLE, ["cut", "1", "0"], ["gone", "0"])).toEqual([]);
  expect(judge(WHOLE, ["cut", "1", "0"], ["gone", "0"], ["kept", "2", "1"])).toEqual([]);
});

test("what has lost nothing, or never was, is not to be named", () => {
  expect(judge(WITNESSED, ["cut", "1", "0"], ["gone", "0"], ["kept", "1", "1"])).toEqual([
    "the report says that kept has lost events, and it has not",
  ]);
  expect(judge(WITNESSED, ["cut", "1", "0"], ["gone", "0"], ["other", "1"])).toEqual([
    "the report names other, which has never been",
  ]);
});
