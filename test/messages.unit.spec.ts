import { describe, expect, test } from "vitest";
import { PROBLEMS } from "../infra/http/problem-types.ts";
import { deProblems } from "../web/messages/de/problems.ts";
import { faultsOf, hardCodedWords, loadAreas, unusedOf, usersOf } from "./messages.ts";
import { projectSources } from "./sources.ts";

const areas = await loadAreas();
const sources = projectSources();

describe("the messages of the screens", () => {
  test("are complete in English and in German", () => {
    expect(areas.length).toBeGreaterThan(3);
    expect(areas.flatMap(faultsOf)).toEqual([]);
  });

  test("are all used", () => {
    const users = usersOf(sources);
    expect(areas.flatMap((area) => unusedOf(area, users))).toEqual([]);
  });

  test("hold every word that a page shows", () => {
    expect(hardCodedWords(sources)).toEqual([]);
  });
});

describe("what refusals of the API mean", () => {
  test("is said in German of problems that there are", () => {
    expect(Object.keys(deProblems).filter((code) => !Object.hasOwn(PROBLEMS, code))).toEqual([]);
  });
});

describe("the check itself", () => {
  const en = new Map([
    ["shop.title", "The shop is open"],
    ["shop.gone", "Gone"],
  ]);
  test("finds what is missing, left in English or used nowhere", () => {
    const area = { name: "x", en, de: new Map([["shop.title", "The shop is open"]]) };
    expect(faultsOf(area)).toEqual(["x: shop.gone is missing in German", "x: shop.title is not German"]);
    expect(unusedOf(area, ["words.shop.title"])).toEqual(["x: shop.gone is used nowhere"]);
  });
  test("finds words in the markup", () => {
    const tree = new Map([["web/a.tsx", `export const A = () => <p title="Hi there">{1} Hello <b>–</b></p>;`]]);
    expect(hardCodedWords(tree)).toEqual(["web/a.tsx: Hi there", "web/a.tsx: Hello"]);
  });
});
