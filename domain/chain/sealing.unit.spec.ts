import { describe, expect, test } from "vitest";
import { Personal, sealPersonal } from "./personal.ts";
import { isSealed, type Sealed, seal, subkeysOf, UnsealError, unseal } from "./sealing.ts";

const keys = subkeysOf("k1", new Uint8Array(32).fill(7));
const STREAM = "order-1";
const ID = "event-1";
const contact = { name: "Maya", phone: "+49 30 1234567", position: { lat: 52_520_000, lon: 13_404_954 } };
const flipped = (text: string) => (text[0] === "A" ? "B" : "A") + text.slice(1);

describe("sealed personal data", () => {
  test.each([[contact], ["Happy birthday, Zoë 🎂"], [""], [null], [[1, "2"]]])("%j opens at its own place", (value) => {
    expect(unseal(keys, STREAM, ID, seal(keys, STREAM, ID, value))).toEqual(value);
  });

  test("shows nothing of what it holds, and never looks the same twice", () => {
    const first = seal(keys, STREAM, ID, contact);
    const second = seal(keys, STREAM, ID, contact);
    expect(first.ct).not.toBe(second.ct);
    expect(first.iv).not.toBe(second.iv);
    expect(Buffer.from(first.ct, "base64url").includes("Maya")).toBe(false);
    expect(isSealed(first)).toBe(true);
    expect(isSealed(contact)).toBe(false);
  });

  const sealed = seal(keys, STREAM, ID, contact);
  const other = subkeysOf("k2", new Uint8Array(32).fill(8));
  test.each<[string, () => unknown]>([
    ["in another event", () => unseal(keys, STREAM, "event-2", sealed)],
    ["in another stream", () => unseal(keys, "order-2", ID, sealed)],
    ["under another customer's key", () => unseal(other, STREAM, ID, sealed)],
    ["under the fingerprint's subkey", () => unseal({ seal: keys.fp }, STREAM, ID, sealed)],
    ["with a changed ciphertext", () => unseal(keys, STREAM, ID, { ...sealed, ct: flipped(sealed.ct) })],
    ["with a changed nonce", () => unseal(keys, STREAM, ID, { ...sealed, iv: flipped(sealed.iv) })],
    ["with a shortened tag", () => unseal(keys, STREAM, ID, { ...sealed, ct: sealed.ct.slice(0, -6) })],
    ["when only four bytes of it are left", () => unseal(keys, STREAM, ID, { ...sealed, ct: "3q2-7w" })],
    ["when it is empty", () => unseal(keys, STREAM, ID, { ...sealed, ct: "", iv: "" })],
  ])("does not open %s", (_, open) => {
    expect(open).toThrow(UnsealError);
  });

  test("an error of opening says where, and nothing of the content", () => {
    expect(() => unseal(keys, STREAM, "event-2", sealed)).toThrow("a sealed value of order-1 does not open");
  });
});

describe("sealing what a decider has marked as personal", () => {
  const stub = (plain: unknown): Sealed => ({ kid: "k", alg: "A256GCM", iv: "", ct: JSON.stringify(plain) });

  test("replaces personal values wherever they stand and leaves the rest", () => {
    const data = { a: 1, contact: new Personal(contact), lines: [{ sku: "cake", note: new Personal("Zoë") }], b: null };
    expect(sealPersonal(data, stub)).toEqual({
      a: 1,
      contact: stub(contact),
      lines: [{ sku: "cake", note: stub("Zoë") }],
      b: null,
    });
  });

  test("does not touch the decided event itself, which may be sealed again for another try", () => {
    const data = Object.freeze({ contact: new Personal(contact) });
    sealPersonal(data, stub);
    expect(data.contact).toBeInstanceOf(Personal);
  });

  test("leaves alone what is sealed already", () => {
    const sealed = stub("x");
    expect(sealPersonal({ sealed }, () => expect.fail("sealed twice"))).toEqual({ sealed });
  });
});
