import { describe, expect, test } from "vitest";
import { EUR, ORDER } from "../../../test/fixtures/order-examples.ts";
import { compose } from "./compose.ts";
import type { Story } from "./story.ts";
import { NOTICE_KINDS } from "./texts/texts.ts";

const CAKE = { name: "Carrot cake", quantity: { amount: 2, unit: "each" } } as const;
const FLOUR = { name: "Flour", quantity: { amount: 1500, unit: "g" } } as const;
const story: Story = {
  language: "en",
  number: "D5BB6A",
  name: "Maya <script>",
  sites: ["Sweet Crumbs"],
  items: [CAKE, FLOUR],
  total: EUR(2690),
  soldOut: ["Carrot cake"],
  changes: [
    { missing: CAKE, instead: undefined, refund: EUR(2300) },
    { missing: FLOUR, instead: { name: "Rye flour", quantity: FLOUR.quantity }, refund: EUR(0) },
  ],
  refund: EUR(2300),
  tracking: "BP123",
  cancelledBy: "support",
};
const about = (notice: string, more: Partial<Story> = {}) =>
  compose(notice, ORDER, "maya@example.org", { ...story, ...more });

describe("a message to a customer", () => {
  test.each(NOTICE_KINDS.flatMap((kind) => [[kind, "en"] as const, [kind, "de"] as const]))(
    "of %s is complete in %s: number, total, items, something to do",
    (kind, language) => {
      const { subject, text, html, short } = about(`${kind}/1`, { language });
      expect(subject).toContain("(D5BB6A)");
      for (const said of ["D5BB6A", "Carrot cake", "26"]) expect(text).toContain(said);
      expect(`${text}${html}${short}`).not.toMatch(/undefined|NaN|\[object/);
      expect(short.length).toBeLessThan(300);
      expect(html).not.toContain("<script>");
    },
  );

  test("is the same under the same reference, whenever it is made", () => {
    expect(about("shipped/1.1")).toEqual(about("shipped/1.1"));
    expect(about("shipped/1.1").reference).toBe(`shipped/1.1.${ORDER}`);
  });

  test("names the items that are missing, what comes instead and what is given back", () => {
    const { text } = about("line_changed/2");
    expect(text).toContain("2 × Carrot cake is left out, and €23.00 are given back to you.");
    expect(text).toContain("1,500 g Rye flour takes the place of 1,500 g Flour.");
  });

  test("writes money as the language does, also in currencies without cents", () => {
    expect(about("refunded/1", { refund: { amount: 1500, currency: "JPY" } }).subject).toContain("JP¥1,500");
    expect(about("refunded/1", { language: "de" }).subject).toContain("23,00\u00a0€");
  });

  test("knows no other notice", () => {
    expect(() => about("birthday")).toThrow("birthday");
  });
});
