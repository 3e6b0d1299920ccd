import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assertStorable, canonicalJson, NotStorableError } from "./canonical-json.ts";
import { Personal } from "./personal.ts";

/** UTF-16 text of a canonical form as UTF-8 in hex, the way RFC 8785 prints it. */
const bytes = (text: string) => Buffer.from(text, "utf8").toString("hex");

describe("canonical JSON is RFC 8785", () => {
  test("the sample of section 3.2.2 without its floating numbers comes out byte for byte", () => {
    const value = {
      numbers: [0, -0, 9007199254740991, -9007199254740991],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[0,0,9007199254740991,-9007199254740991],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    expect(bytes(canonicalJson(value.string))).toBe("22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f22");
  });

  test("keys are sorted by UTF-16 code units, as in section 3.2.3", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    expect(Object.values(JSON.parse(canonicalJson(value)))).toHaveLength(7);
    expect([...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map((match) => match[1])).toEqual([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  // The RFC's published test data: arrays, french, structures, unicode, values, weird (the floats of `values` left out).
  test.each([
    [[56, { d: true, "10": null, "1": [] }], '[56,{"1":[],"10":null,"d":true}]'],
    [
      {
        peach: "This sorting order",
        péché: "is wrong according to French",
        pêche: "but canonicalization MUST",
        sin: "ignore locale",
      },
      '{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ignore locale"}',
    ],
    [
      { "1": { f: { f: "hi", F: 5 }, "\n": 56 }, "10": {}, "": "empty", a: {}, "111": [{ e: "yes", E: "no" }], A: {} },
      '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}',
    ],
    [{ "Unnormalized Unicode": "A\u030a" }, '{"Unnormalized Unicode":"A\u030a"}'],
    [
      { "</script>": "Browser Challenge", "\u20ac": "Euro", "\r": "CR", "\n": "Newline", "1": "One" },
      '{"\\n":"Newline","\\r":"CR","1":"One","</script>":"Browser Challenge","€":"Euro"}',
    ],
  ])("test data %#", (value, canonical) => {
    expect(canonicalJson(value)).toBe(canonical);
  });

  test("every control character is escaped the one way that the RFC allows", () => {
    const short: Record<number, string> = { 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r" };
    for (let code = 0; code < 0x20; code++) {
      const escaped = short[code] ?? `\\u${code.toString(16).padStart(4, "0")}`;
      expect(canonicalJson(String.fromCharCode(code))).toBe(`"${escaped}"`);
    }
    expect(canonicalJson("\u007f\u2028\u2029/")).toBe('"\u007f\u2028\u2029/"');
  });

  test("the order of keys and of insertion does not matter, the order of a list does", () => {
    expect(canonicalJson({ a: 1, b: { c: 2, d: 3 } })).toBe(canonicalJson({ b: { d: 3, c: 2 }, a: 1 }));
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });

  test("a property that is undefined is the same as one that is absent, as JSON stores it", () => {
    expect(canonicalJson({ a: 1, b: undefined })).toBe('{"a":1}');
  });

  test("what is storable has the same canonical form after it was stored and read", () => {
    fc.assert(
      fc.property(storable, (value) => {
        assertStorable(value);
        expect(canonicalJson(JSON.parse(JSON.stringify(value)))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ["NaN", Number.NaN],
    ["an infinite number", Number.POSITIVE_INFINITY],
    ["a BigInt", { position: 1n }],
    ["a lone surrogate", ["\ud800"]],
    ["a lone surrogate in a key", { "\udc00x": 1 }],
    ["undefined", undefined],
    ["a circle", circle()],
  ])("%s has no canonical form and is refused as not storable", (_, value) => {
    expect(() => canonicalJson(value)).toThrow(NotStorableError);
  });
});

describe("what may be stored", () => {
  test.each([
    ["a fraction", { price: 12.5 }, "price"],
    ["a number beyond the safe integers", { lines: [{ amount: 9007199254740992 }] }, "lines[0].amount"],
    ["a negative number beyond the safe integers", [-9007199254740992], "[0]"],
    ["NaN", { amount: Number.NaN }, "amount"],
    ["an infinite number", { amount: Number.NEGATIVE_INFINITY }, "amount"],
    ["a lone high surrogate", { note: "a\ud83d" }, "note"],
    ["a lone low surrogate", { note: "\ude00a" }, "note"],
    ["swapped surrogates", { note: "\ude00\ud83d" }, "note"],
    ["a key with a lone surrogate", { contact: { "\ud83d": 1 } }, "contact"],
    ["undefined in a list", { lines: [1, undefined] }, "lines[1]"],
    ["a hole in a list", { lines: Object.assign([], { 1: "b" }) }, "lines[0]"],
    ["a BigInt", { position: 5n }, "position"],
    ["a function", { act: () => 1 }, "act"],
    ["a symbol", { kind: Symbol("x") }, "kind"],
    ["a Date", { at: new Date(0) }, "at"],
    ["a Map", { stock: new Map() }, "stock"],
    ["personal data that nobody has sealed", { contact: new Personal("Maya") }, "contact"],
  ])("%s is refused, naming the place", (_, value, path) => {
    expect(refused(value)).toMatchObject({ code: "not_storable", path });
  });

  test("the refusal of a value does not repeat the text, which may be personal", () => {
    expect(refused({ contact: new Personal("Maya") }).message).not.toContain("Maya");
    expect(refused({ note: "Maya\ud83d" }).message).not.toContain("Maya");
  });

  test.each([[0], [-0], [9007199254740991], [-9007199254740991], ["😀"], [""], [null], [{ a: undefined }], [[[]]]])(
    "%j may be stored",
    (value) => {
      expect(() => assertStorable(value)).not.toThrow();
    },
  );

  test("any fraction anywhere is refused", () => {
    const fraction = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Number.isInteger(n));
    fc.assert(
      fc.property(fc.array(storable), fraction, (list, number) => {
        expect(() => assertStorable({ list: [...list, { deep: [number] }] })).toThrow(NotStorableError);
      }),
    );
  });
});

const storable = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string({ unit: "binary" }),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: "binary" }), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

function circle(): unknown {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

function refused(value: unknown): NotStorableError {
  try {
    assertStorable(value);
  } catch (error) {
    if (error instanceof NotStorableError) return error;
    throw error;
  }
  return expect.fail("expected the value to be refused");
}
