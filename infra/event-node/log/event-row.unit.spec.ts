import { expect, it } from "vitest";
import { type EventRow, rowChecksum } from "./event-row.ts";

const row: EventRow = {
  position: 7,
  streamName: "order-1",
  revision: 3,
  id: Uint8Array.from({ length: 16 }, (_, i) => i),
  type: "order.placed",
  flags: 1,
  created: 1_732_180_000_123_000,
  metadata: Buffer.from("{}"),
  data: Buffer.from('{"n":1}'),
};

it("the checksum of a row never changes: it is in every file that was ever written", () => {
  expect(rowChecksum(row)).toBe(1719261653);
});

it("a change of any column changes the checksum", () => {
  const changes: Partial<EventRow>[] = [
    { position: 8 },
    { streamName: "order-2" },
    { revision: 4 },
    { id: new Uint8Array(16) },
    { type: "order.placee" },
    { flags: 0 },
    { created: row.created + 1 },
    { metadata: Buffer.alloc(0) },
    { data: Buffer.from('{"n":2}') },
    { metadata: Buffer.from('{}{"n"'), data: Buffer.from(":1}") },
    { type: "order.placedo", streamName: "rder-1" },
  ];
  const sums = changes.map((change) => rowChecksum({ ...row, ...change }));
  expect(new Set([...sums, rowChecksum(row)]).size).toBe(changes.length + 1);
});
