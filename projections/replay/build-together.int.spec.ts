import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { OwnershipLostError } from "../../infra/consumers/fence.ts";
import { type Engines, startEngines } from "../../infra/consumers/testing/engines.ts";
import { storable } from "../../infra/consumers/testing/events.ts";
import { createLog } from "../../infra/log.ts";
import { addGeneration, type Generation } from "../runner/generations.ts";
import type { Projection } from "../runner/projection.ts";
import { BuildEndedError, buildTogether, buildUpTo } from "./build-generation.ts";
import { checksum } from "./checksum.ts";
import { salesProjection } from "./testing-projection.ts";

/** The same read model under another name. */
const refunds: Projection = { ...salesProjection, name: "refunds" };
let engines: Engines;
const settings = () => ({
  ...engines,
  log: createLog("test", "silent"),
  clock: systemClock,
  instance: "builder",
  batchSize: 50,
});

beforeAll(async () => {
  engines = await startEngines();
  for (let n = 0; n < 400; n++) {
    const events = ["sale.begun", "other.noise", "sale.ended"].slice(0, 1 + (n % 3));
    const sale = { site: `site-${n % 7}`, amount: n };
    await engines.store.append(
      `order-${randomUUID()}`,
      events.map((type) => storable(type, sale)),
      "no_stream",
    );
  }
});
afterAll(() => engines.stop());

const rowsOf = ({ schema }: Generation) => checksum(engines.pool, salesProjection, schema);
const added = async (projection: Projection) => ({
  projection,
  generation: await addGeneration(engines.pool, projection, systemClock),
});

test("generations that are built by one reading of the log are as one that is built alone", async () => {
  const until = await engines.store.head();
  const alone = await added(salesProjection);
  await buildUpTo({ ...settings(), ...alone }, alone.generation, until);
  const parts = [await added(salesProjection), await added(refunds)];
  const built = await buildTogether(settings(), parts, until);
  expect(built.map(({ position, parked }) => ({ position, parked }))).toEqual(
    parts.map(() => ({ position: until, parked: 0 })),
  );
  const wanted = await rowsOf(alone.generation);
  for (const { generation } of parts) expect(await rowsOf(generation)).toEqual(wanted);
});

test("a generation that already stands further takes only what is new to it", async () => {
  const until = await engines.store.head();
  const half = { commit: (until?.commit ?? 0n) / 2n, prepare: (until?.commit ?? 0n) / 2n };
  const [ahead, behind] = [await added(salesProjection), await added(refunds)];
  const first = await buildUpTo({ ...settings(), ...ahead }, ahead.generation, half);
  const [rest, all] = await buildTogether(settings(), [ahead, behind], until);
  expect(first.events + (rest?.events ?? 0)).toBe(all?.events);
  expect(await rowsOf(ahead.generation)).toEqual(await rowsOf(behind.generation));
});

test("a building that was stopped goes on where each of its generations stands", async () => {
  const until = await engines.store.head();
  const stop = new AbortController();
  const parts = [{ ...(await added(salesProjection)), onProgress: () => stop.abort() }, await added(refunds)] as const;
  const stopped = buildTogether({ ...settings(), signal: stop.signal }, parts, until);
  await expect(stopped).rejects.toBeInstanceOf(BuildEndedError);
  const [going] = await buildTogether(settings(), parts, until);
  expect(going?.events).toBeLessThan(Number(until?.commit));
  expect(await rowsOf(parts[0].generation)).toEqual(await rowsOf(parts[1].generation));
});

test("when one cannot be written, all end and the others can be built on at once", async () => {
  const until = await engines.store.head();
  const ousted: Projection = {
    ...refunds,
    handle: async (_, { tx, schema }) => {
      await tx.query("UPDATE runner.positions SET epoch = epoch + 1 WHERE name = $1", [schema]);
    },
  };
  const [good, bad] = [await added(salesProjection), await added(ousted)];
  await expect(buildTogether(settings(), [good, bad], until)).rejects.toBeInstanceOf(OwnershipLostError);
  await buildUpTo({ ...settings(), ...good, instance: "another" }, good.generation, until);
});
