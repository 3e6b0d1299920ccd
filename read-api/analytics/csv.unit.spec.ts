import { describe, expect, test } from "vitest";
import { csvOf } from "./csv.ts";

describe("a table as CSV", () => {
  test("has a line of headings and ends every line", () => {
    expect(csvOf(["at", "orders"], [["2026-11-21T10:00:00.000Z", 3]])).toBe(
      "at,orders\r\n2026-11-21T10:00:00.000Z,3\r\n",
    );
    expect(csvOf(["at"], [])).toBe("at\r\n");
  });

  test("quotes what would break a line or a cell", () => {
    expect(csvOf(["a", "b", "c"], [['6" pan', "salt, pepper", "two\nlines"]])).toBe(
      'a,b,c\r\n"6"" pan","salt, pepper","two\nlines"\r\n',
    );
  });

  test.each(["=1+1", "+49", "-1", "@SUM(A1)", "\tx", "\rx"])(
    "makes a text of %j, which looks like a formula",
    (text) => {
      const cell = csvOf(["a"], [[text]]).slice(3, -2);
      expect(cell.replaceAll('"', "")).toBe(`'${text}`);
    },
  );

  test("leaves numbers as they are, and what is missing empty", () => {
    expect(csvOf(["a", "b", "c"], [[-3, undefined, false]])).toBe("a,b,c\r\n-3,,false\r\n");
  });
});
