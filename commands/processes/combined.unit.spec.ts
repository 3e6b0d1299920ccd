import { expect, test } from "vitest";
import { orderOf, until } from "../../test/fixtures/order-examples.ts";
import { CombinedProcess } from "./combined.ts";
import type { Effect, ProcessManager } from "./runner/process-manager.ts";

const order = orderOf(until("ready"));
const effect = (id: string): Effect => ({ id, dueAt: 0, orderId: order.orderId, tries: 0, held: () => true });

/** A part that owes one effect and notes what it carries out. */
function part(word: string, done: string[], sweep?: () => Promise<void>): ProcessManager {
  return {
    name: "courier",
    handles: (type) => type === `${word}.happened`,
    owed: () => [{ id: `${word}.do/1`, dueAt: 1 }],
    async perform({ id }) {
      done.push(`${word} does ${id}`);
      return undefined;
    },
    ...(sweep && { sweep }),
  };
}

test("parts of a process owe together, and each carries out its own effects", async () => {
  const done: string[] = [];
  const both = new CombinedProcess("courier", { courier: part("courier", done), parcel: part("parcel", done) });
  expect(both.owed(order).map(({ id }) => id)).toEqual(["courier.do/1", "parcel.do/1"]);
  expect([both.handles("parcel.happened"), both.handles("stock.happened")]).toEqual([true, false]);
  await both.perform(effect("parcel.do/1"), order);
  await both.perform(effect("courier.do/1"), order);
  expect(done).toEqual(["parcel does parcel.do/1", "courier does courier.do/1"]);
  await expect(both.perform(effect("stock.do/1"), order)).rejects.toThrow("stock.do/1");
});

test("what one part fails to look after keeps the others from nothing, and is told", async () => {
  const swept: string[] = [];
  const fails = () => Promise.reject(new Error("the read model does not answer"));
  const works = async () => void swept.push("parcel");
  const both = new CombinedProcess("courier", {
    courier: part("courier", [], fails),
    parcel: part("parcel", [], works),
  });
  await expect(both.sweep(() => true)).rejects.toThrow("the read model does not answer");
  expect(swept).toEqual(["parcel"]);
});
