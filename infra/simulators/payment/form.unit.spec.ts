import { describe, expect, test } from "vitest";
import { parseForm } from "./form.ts";

const plain = (text: string): unknown => JSON.parse(JSON.stringify(parseForm(text)));

describe("forms as Stripe's SDK sends them", () => {
  test("nest by brackets", () => {
    expect(plain("amount=1250&metadata[orderId]=o-1&metadata[customerId]=c&a[b][c]=d")).toEqual({
      amount: "1250",
      metadata: { orderId: "o-1", customerId: "c" },
      a: { b: { c: "d" } },
    });
  });

  test("may be encoded, empty, or nonsense", () => {
    expect(plain("metadata%5BorderId%5D=a%20b")).toEqual({ metadata: { orderId: "a b" } });
    expect(plain("")).toEqual({});
    expect(plain("[]=1&=2")).toEqual({});
  });

  test("cannot reach a prototype", () => {
    parseForm("__proto__[polluted]=yes&constructor[prototype][polluted]=yes");
    expect({}).not.toHaveProperty("polluted");
  });
});
