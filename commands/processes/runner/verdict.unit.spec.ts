import { expect, test } from "vitest";
import type { Classified } from "../../gateways/failures/classify.ts";
import { verdictOn } from "./verdict.ts";

const DELAYS = [60_000, 300_000, 900_000];
const middle = () => 0.5;

const LATER: Classified = { class: "transient", failureType: "service_unavailable" };

const verdict = (failure: Classified, tries: number) => verdictOn(failure, tries, DELAYS, middle);

test("what may pass is tried again after each of the delays, and then has failed for good", () => {
  expect(verdict(LATER, 0)).toEqual({ is: "again", delayMs: 60_000, counted: true });
  expect(verdict(LATER, 2)).toEqual({ is: "again", delayMs: 900_000, counted: true });
  expect(verdict(LATER, 3)).toEqual({ is: "dead" });
});

test("a call that was never made counts for nothing, however long the circuit is open", () => {
  for (const [tries, delayMs] of [60_000, 300_000, 900_000, 900_000, 900_000].entries()) {
    expect(verdict({ ...LATER, notAsked: true }, tries)).toEqual({ is: "again", delayMs, counted: false });
  }
});

test("trouble of our own engines is tried again without end, a mistake in how we are set up more slowly", () => {
  expect(verdict({ class: "ours", failureType: "service_unavailable" }, 99)).toMatchObject({
    is: "again",
    counted: false,
  });
  const [trouble, fault] = [undefined, true as const].map((one) =>
    verdict({ class: "ours", failureType: "service_unavailable", fault: one }, 0),
  );
  expect(fault).toMatchObject({ is: "again", delayMs: 15_000, counted: false });
  expect(trouble).toMatchObject({ delayMs: 1_000 });
});

test.each(["permanent", "poison"] as const)("what is %s has failed for good at once", (cls) => {
  expect(verdict({ class: cls, failureType: "invalid_message" }, 0)).toEqual({ is: "dead" });
});
