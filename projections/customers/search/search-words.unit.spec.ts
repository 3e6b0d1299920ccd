import { describe, expect, test } from "vitest";
import type { Contact } from "../../../domain/order/events.ts";
import { blindWords } from "./blind-words.ts";
import { readQuestion } from "./question.ts";
import { phoneDigits, wordsToFindBy } from "./words.ts";

/** Whether somebody is found: every term leads to them by a kept word, and holds of them. */
const finds = (typed: string, contact: Contact): boolean => {
  const kept = wordsToFindBy(contact);
  const terms = readQuestion(typed);
  return (
    terms.length > 0 && terms.every((term) => term.keptWords.some((word) => kept.has(word)) && term.holds(contact))
  );
};

const mueller: Contact = {
  name: "Jürgen Müller-Weiß",
  phone: "+49 (0)170 123 45 67",
  email: "J.Mueller@Example.com",
};

describe("a customer is found by", () => {
  test.each([
    "mül",
    "MÜLLER",
    "muel",
    "mul",
    "wei",
    "weiss",
    "Weiß",
    "jürg",
    "Jurgen",
    "juergen muller",
    "müller-weiß",
    "4567",
    "567",
    "34567",
    "123 45 67",
    "0170 1234567",
    "+491701234567",
    "0049 170 1234567",
    "0170/12345-67",
    "1701234567",
    "j.mueller@example.com",
    "j.mueller@",
    "J.MUE",
    "müller 567",
  ])("%s", (typed) => expect(finds(typed, mueller)).toBe(true));

  test.each(["meier", "4568", "mül 4568", "0171 1234567", "j.muellerin", "rgen", "mülleri", "x@example.com"])(
    "and not by %s",
    (typed) => expect(finds(typed, mueller)).toBe(false),
  );

  test.each([
    ["müller", "Mueller"],
    ["mueller", "Müller"],
    ["strauß", "Strauss"],
    ["soren", "Sørensen"],
    ["soeren", "Sørensen"],
    ["zoe", "Zoë Novák"],
    ["nova", "Zoë Novák"],
    ["oneil", "O’Neil"],
    ["o'neil", "ONeil"],
    ["li", "Bo Li"],
    ["konstantinopolitan", "Konstantinopolitansky"],
    ["Мир", "Мирослав"],
  ])("%s as %s", (typed, name) => expect(finds(typed, { name })).toBe(true));

  test("a long beginning that differs after what is kept is told apart", () => {
    expect(finds("konstantinopolitano", { name: "Konstantinopolitansky" })).toBe(false);
    expect(finds("4930123456789", { name: "A", phone: "030 99 3456789" })).toBe(false);
  });
});

test("a number is the same with and without its country", () => {
  for (const text of ["030 1234567", "+49 30 1234567", "0049301234567", "+49 (0)30-1234567"]) {
    expect(phoneDigits(text)).toBe("49301234567");
  }
  expect(phoneDigits("+43 1 23456")).toBe("43123456");
});

test.each(["", "  ", "12", "@", "- -"])("%j holds nothing that can be looked for", (typed) =>
  expect(readQuestion(typed)).toEqual([]),
);

test("a word is blind without the key, and the same under one key", () => {
  const [one, other] = [blindWords(new Uint8Array(32).fill(1)), blindWords(new Uint8Array(32).fill(2))];
  expect(one.blind("name:mue")).toEqual(one.blind("name:mue"));
  expect(one.blind("name:mue")).not.toEqual(other.blind("name:mue"));
  expect(one.blind("name:mue").toString("utf8")).not.toContain("mue");
  expect(one.mark).not.toBe(other.mark);
});
