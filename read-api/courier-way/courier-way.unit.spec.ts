import { expect, test } from "vitest";
import { wayOf } from "./courier-way.ts";

const at = (thousandths: number) => ({ lat: 52_500_000 + thousandths * 1_000, lon: 13_400_000 });
const [site, door] = [at(0), at(20)];

test("on the way to the door the minutes and the share of the way are told", async () => {
  const half = await wayOf("to_door", { courier: at(10), site, door });
  expect(half.donePercent).toBe(50);
  expect(half.left?.metres).toBeGreaterThan(1_000);
  const near = await wayOf("to_door", { courier: at(19), site, door });
  expect(near.donePercent).toBe(95);
  expect(near.left?.minutes).toBeLessThan(half.left?.minutes ?? 0);
});

test("a courier who goes a long way round has done nothing of it yet", async () => {
  expect((await wayOf("to_door", { courier: at(-10), site, door })).donePercent).toBe(0);
});

test("on the way to the shop only what is left is told", async () => {
  const way = await wayOf("to_site", { courier: at(10), site, door });
  expect(way.left?.metres).toBeGreaterThan(0);
  expect(way.donePercent).toBeUndefined();
});

test("nothing is made up where a place is not known", async () => {
  expect(await wayOf("to_door", { courier: undefined, site, door })).toEqual({ leg: "to_door" });
  expect(await wayOf("to_door", { courier: at(1), site, door: undefined })).toEqual({ leg: "to_door" });
  expect(await wayOf("at_site", { courier: at(0), site, door })).toEqual({ leg: "at_site" });
});
