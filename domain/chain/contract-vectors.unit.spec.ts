import { describe, expect, test } from "vitest";
import vectors from "../../test/fixtures/contract-vectors.json" with { type: "json" };
import { canonicalJson } from "./canonical-json.ts";
import { ChainWalk, eventHash, genesisHash } from "./chain.ts";
import { commandIdFor, customerIdFor, eventIdFor, fingerprint, orderIdFor } from "./ids.ts";
import { seal, subkeysOf, unseal } from "./sealing.ts";

const SUBKEY = new Uint8Array(32).fill(7);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("the contract's vectors are reproduced by the project's own functions", () => {
  test("no section of the vectors is left out here", () => {
    expect(Object.keys(vectors).sort()).toEqual(
      [
        ...["chain", "commandIds", "customerIds", "eventIds", "fingerprints", "genesis", "jcs"],
        ...["note", "orderIds", "sealed", "subkeys"],
      ].sort(),
    );
  });

  test.each(vectors.orderIds)("the order id of $principal with key $key", ({ principal, key, orderId }) => {
    expect(orderIdFor(principal, key)).toBe(orderId);
  });

  test.each(vectors.commandIds)("the command id of $principal with key $key", ({ principal, key, cmd }) => {
    expect(commandIdFor(principal, key)).toBe(cmd);
  });

  test.each(vectors.customerIds)("the customer id of $principal with key $key", ({ principal, key, customerId }) => {
    expect(customerIdFor(principal, key)).toBe(customerId);
  });

  test.each(vectors.eventIds)("event $index of $cmd in $stream", ({ stream, cmd, fp, index, eventId }) => {
    expect(eventIdFor(stream, cmd, fp, index)).toBe(eventId);
  });

  test.each(vectors.fingerprints)("the fingerprint $fp", ({ payload, fp }) => {
    expect(fingerprint(SUBKEY, payload)).toBe(fp);
  });

  test.each(vectors.jcs)("the canonical text $canonical", ({ value, canonical }) => {
    expect(canonicalJson(value)).toBe(canonical);
  });

  test("the genesis hash", () => {
    expect(genesisHash(vectors.genesis.stream)).toBe(vectors.genesis.prevHash);
  });

  test.each(vectors.chain)("the hash of $type at revision $revision", (event) => {
    expect(eventHash({ ...event, metadata: metadataOf(event) })).toBe(event.metadata.hash);
  });

  test("the chain of three events verifies as a stream", () => {
    const walk = new ChainWalk(vectors.genesis.stream);
    for (const event of vectors.chain) {
      const position = { commit: 0n, prepare: 0n };
      walk.next({ ...event, revision: BigInt(event.revision), metadata: metadataOf(event), position });
    }
    expect(walk.end()).toEqual([]);
    expect(walk.length).toBe(3n);
    expect(walk.head).toBe(vectors.chain.at(-1)?.metadata.hash);
  });

  test.each(vectors.sealed)("the sealed value under $kid", ({ plaintext, aad, kid, iv, ct }) => {
    const [stream = "", eventId = ""] = aad.split("\n");
    const sealed = seal({ kid, seal: SUBKEY }, stream, eventId, JSON.parse(plaintext), Buffer.from(iv, "base64url"));
    expect(sealed).toEqual({ kid, alg: "A256GCM", iv, ct });
    expect(unseal({ seal: SUBKEY }, stream, eventId, sealed)).toEqual(JSON.parse(plaintext));
  });

  test.each(vectors.subkeys)("the subkey for $info", ({ ikm, salt, info, key }) => {
    expect(salt).toBe("");
    const subkeys = subkeysOf("k", Buffer.from(ikm, "hex"));
    const byInfo: Record<string, Uint8Array> = { "ordertrail/seal/1": subkeys.seal, "ordertrail/fp/1": subkeys.fp };
    expect(hex(byInfo[info] ?? new Uint8Array(0))).toBe(key);
  });
});

/** The file's metadata; JSON imports widen the literals of actor types and of `alg`. */
function metadataOf(event: (typeof vectors.chain)[number]) {
  return event.metadata as typeof event.metadata & {
    readonly alg: 1;
    readonly actor: { type: "customer"; id: string };
  };
}
