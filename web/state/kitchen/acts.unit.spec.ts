import { describe, expect, test } from "vitest";
import { actOf, afterAct, allDay, columnsOf, mayBeMissing, NEW, READY, urgencyOf } from "./acts.ts";
import { ticket } from "./testing-tickets.ts";

const MINUTE = 60_000;

describe("what a touch does", () => {
  test("one touch accepts, starts, completes and says ready, in this order", () => {
    let shown = ticket();
    const touched: string[] = [];
    for (let touch = 0; touch < 20; touch++) {
      const [column = NEW] = columnsOf(shown);
      const act = actOf(shown, column);
      if (!act) break;
      touched.push("stage" in act ? `${act.type} ${act.stage}` : act.type);
      shown = afterAct(shown, act);
    }
    expect(touched).toEqual([
      "accept",
      ...["preparation", "baking", "quality_check", "packaging"].flatMap((stage) => [
        `start ${stage}`,
        `complete ${stage}`,
      ]),
      "ready",
    ]);
    expect(shown.status).toBe("ready");
  });

  test("a station that is recalled is being worked at again", () => {
    const done = ticket({ status: "working", completed: ["preparation"] });
    const recalled = afterAct(done, { type: "recall", stage: "preparation" });
    expect(recalled).toMatchObject({ started: ["preparation"], completed: [] });
    expect(columnsOf(recalled)).toEqual(["preparation"]);
  });

  test("an act that the read model already shows changes nothing more", () => {
    const ready = ticket({ status: "ready", completed: ["preparation", "baking", "quality_check", "packaging"] });
    expect(afterAct(ready, { type: "complete", stage: "packaging" })).toEqual(ready);
    expect(afterAct(ticket({ status: "cancelled" }), { type: "accept" }).status).toBe("cancelled");
  });

  test("an item that is reported as missing is marked at once, can be reported once, and is not counted any more", () => {
    const working = ticket({ status: "working" });
    const [line] = working.lines;
    if (!line) throw new Error("the ticket has no line");
    expect(mayBeMissing(working, line)).toBe(true);
    const after = afterAct(working, { type: "missing", sku: line.sku });
    const [marked] = after.lines;
    expect(marked?.state).toBe("missing");
    expect(marked && mayBeMissing(after, marked)).toBe(false);
    expect(mayBeMissing(ticket({ status: "new" }), line)).toBe(false);
    expect(allDay([after]).some(({ sku }) => sku === line.sku)).toBe(false);
  });

  test("nothing can be done with a ticket that is stopped or waits for its courier", () => {
    expect(actOf(ticket({ status: "cancelled" }), NEW)).toBeUndefined();
    expect(actOf(ticket({ status: "ready" }), READY)).toBeUndefined();
  });
});

describe("where a ticket stands", () => {
  test("at two stations at once it stands in both columns", () => {
    const both = ticket({ status: "working", started: ["baking"], completed: [] });
    expect(columnsOf(both)).toEqual(["preparation", "baking"]);
  });

  test("a cancelled ticket stands where its work was", () => {
    expect(columnsOf(ticket({ status: "cancelled" }))).toEqual([NEW]);
    expect(columnsOf(ticket({ status: "cancelled", started: ["baking"], completed: ["preparation"] }))).toEqual([
      "baking",
    ]);
  });
});

test("age becomes urgent after 5, 10 and 15 minutes", () => {
  expect([4.99, 5, 10, 15].map((minutes) => urgencyOf(minutes * MINUTE))).toEqual([
    "fresh",
    "watch",
    "hurry",
    "urgent",
  ]);
});

test("all-day counts hold what is still to be made", () => {
  const open = ticket({ status: "working", started: ["baking"] });
  expect(allDay([ticket(), open, ticket({ status: "ready" }), ticket({ status: "cancelled" })])).toEqual([
    { sku: "croissant", name: "Croissant", amount: 4, unit: "each" },
  ]);
});
