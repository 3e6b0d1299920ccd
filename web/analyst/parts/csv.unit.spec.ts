import { expect, test } from "vitest";
import { csvOf } from "./csv.ts";

test("quotes, commas and line ends stay within their field, and nothing is an empty field", () => {
  expect(
    csvOf(
      ["name", "n"],
      [
        ['6" cake, round', 2],
        ["two\nlines", null],
      ],
    ),
  ).toBe('name,n\r\n"6"" cake, round",2\r\n"two\nlines",\r\n');
});

test("a text that a spreadsheet would execute is only text; numbers stay numbers", () => {
  expect(csvOf(["a", "b", "c"], [["=1+1", -4, "-4.5"]])).toBe("a,b,c\r\n'=1+1,-4,-4.5\r\n");
});
