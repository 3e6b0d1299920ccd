import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { OutsideError } from "../../commands/gateways/answer.ts";
import { NoLongerOwnedError } from "../../commands/writing/no-longer-owned.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { happened } from "../fixtures/order-examples.ts";
import { type ParcelsAtWork, startParcels } from "./parcels-at-work.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let parcels: ParcelsAtWork;
beforeAll(async () => {
  parcels = await startParcels();
});
afterEach(() => parcels.turn({}));
afterAll(() => parcels.stop());

const shipments = async (orderId: string) =>
  (await parcels.types(orderId)).filter((type) => type.startsWith("shipment."));
const lostAnswer = { beforeBook: () => parcels.turn({ answerLost: true, lookupLagMs: 30_000 }) };
/** The connection was cut: what follows is answered, and the look-up lags. */
const cutOnce = { ...lostAnswer, afterBook: () => parcels.turn({ lookupLagMs: 30_000 }) };
/** Nothing is recorded after it, as after a kill. */
const dies = async () => {
  throw new NoLongerOwnedError("what was killed");
};
const permanent = { failure: { class: "permanent" } };

test("a parcel is booked once, and its shipping is learnt by asking", async () => {
  const orderId = await parcels.ready();
  const worker = parcels.worker();
  await worker.work(orderId, MINUTE);
  expect(await shipments(orderId)).toEqual(["shipment.requested", "shipment.scheduled"]);
  await parcels.ship();
  await worker.work(orderId, DAY);
  expect(await shipments(orderId)).toEqual(["shipment.requested", "shipment.scheduled", "shipment.shipped"]);
  expect(await parcels.bookings(orderId)).toMatchObject([{ reference: `${orderId}:1.1`, status: "shipped" }]);
});

test("a booking whose answer was lost is found again and not made twice, although the look-up lags", async () => {
  const orderId = await parcels.ready();
  await parcels.worker(cutOnce).work(orderId, 10 * MINUTE);
  expect(await shipments(orderId)).toEqual(["shipment.requested", "shipment.attempt_failed", "shipment.scheduled"]);
  expect(await parcels.bookings(orderId)).toHaveLength(1);
});

test("a process that dies between the booking and its record leaves it to the next, which waits out the lag", async () => {
  const orderId = await parcels.ready();
  await parcels.turn({ lookupLagMs: 30_000 });
  await expect(parcels.worker({ afterBook: dies }).step(orderId)).rejects.toThrow("killed");
  // At once, and from events alone: the one that died took everything else with it.
  await parcels.worker().work(orderId, 10 * MINUTE);
  expect(await shipments(orderId)).toEqual(["shipment.requested", "shipment.scheduled"]);
  expect(await parcels.bookings(orderId)).toHaveLength(1);
});

test("a process that dies before the booking is sent leaves a parcel that is booked after the lag", async () => {
  const orderId = await parcels.ready();
  await expect(parcels.worker({ beforeBook: dies }).step(orderId)).rejects.toThrow("killed");
  const began = parcels.clock.now();
  const next = parcels.worker();
  expect(await next.step(orderId)).toBeGreaterThan(began + 30_000);
  expect(await parcels.bookings(orderId)).toHaveLength(0);
  await next.work(orderId, 2 * MINUTE);
  expect(await shipments(orderId)).toEqual(["shipment.requested", "shipment.requested", "shipment.scheduled"]);
  expect(await parcels.bookings(orderId)).toHaveLength(1);
});

test("a clock that jumps ahead while the booking is under way shortens no wait", async () => {
  const orderId = await parcels.ready();
  await parcels.turn({ lookupLagMs: 30_000 });
  const jumps = async () => parcels.forward(HOUR);
  await expect(parcels.worker({ beforeBook: jumps, afterBook: dies }).step(orderId)).rejects.toThrow("killed");
  await parcels.worker().work(orderId, 10 * MINUTE);
  expect(await parcels.bookings(orderId)).toHaveLength(1);
});

test("a clock that is put back makes nothing wait for as long again", async () => {
  const orderId = await parcels.ready();
  await expect(parcels.worker({ beforeBook: dies }).step(orderId)).rejects.toThrow("killed");
  const next = parcels.worker();
  await next.step(orderId);
  parcels.forward(-DAY);
  const again = (await next.manager.perform(await next.effect(orderId), await next.order(orderId)))?.again ?? 0;
  expect(again - parcels.clock.now()).toBeLessThan(MINUTE);
  parcels.forward(DAY);
});

test("of two processes that take themselves for the owner one asks the carrier", async () => {
  const orderId = await parcels.ready();
  await parcels.turn({ lookupLagMs: 30_000 });
  const both = [parcels.worker(), parcels.worker()];
  await Promise.all(both.map((worker) => worker.step(orderId)));
  expect(await parcels.bookings(orderId)).toHaveLength(1);
  for (const worker of both) await worker.work(orderId, 5 * MINUTE);
  expect(await shipments(orderId)).toEqual(["shipment.requested", "shipment.scheduled"]);
});

test("a process that lost its lease after recording the asking sends nothing", async () => {
  const orderId = await parcels.ready();
  let appends = 0;
  // Held for the record, not any more for the sending.
  const asleep = parcels.worker({ held: () => ++appends <= 2 });
  await expect(asleep.step(orderId)).rejects.toThrow();
  expect(await parcels.bookings(orderId)).toHaveLength(0);
  await parcels.worker().work(orderId, 5 * MINUTE);
  expect(await parcels.bookings(orderId)).toHaveLength(1);
});

test("while the carrier is away for days a parcel is tried ever more seldom, says so now and then, and is booked once", async () => {
  const orderId = await parcels.ready();
  const worker = parcels.worker();
  await parcels.turn({ downForMs: 5 * DAY });
  await worker.work(orderId, 5 * DAY - HOUR);
  const said = await parcels.events(orderId);
  const failures = said.filter(({ type }) => type === "shipment.attempt_failed");
  expect(failures.length).toBeGreaterThanOrEqual(5);
  expect(failures.length).toBeLessThanOrEqual(15);
  expect(new Set(await shipments(orderId))).toEqual(new Set(["shipment.attempt_failed"]));
  const pauses = failures.slice(0, 5).map(({ data, metadata }) => {
    const { nextAttemptAt } = data as Extract<OrderEvent, { type: "shipment.attempt_failed" }>["data"];
    return (Date.parse(nextAttemptAt) - Date.parse(metadata.at)) / MINUTE;
  });
  [1, 5, 15, 30, 60].forEach((minutes, index) => {
    expect(pauses[index]).toBeGreaterThanOrEqual(0.8 * minutes - 0.01);
    expect(pauses[index]).toBeLessThanOrEqual(1.2 * minutes + 0.01);
  });
  parcels.forward(2 * HOUR);
  const booked = async () => {
    await worker.work(orderId, 2 * HOUR);
    return await parcels.bookings(orderId);
  };
  await expect.poll(booked, { timeout: 10_000 }).toHaveLength(1);
  expect((await shipments(orderId)).at(-1)).toBe("shipment.scheduled");
});

test("what the carrier refuses for good is an operator's, and can be tried again afterwards", async () => {
  const orderId = await parcels.ready();
  const worker = parcels.worker({ beforeBook: () => parcels.turn({ errorRate: 1, errorStatus: 422 }) });
  const refused = worker.step(orderId);
  await expect(refused).rejects.toBeInstanceOf(OutsideError);
  await expect(refused).rejects.toMatchObject(permanent);
  await parcels.turn({});
  await parcels.worker().work(orderId, 5 * MINUTE);
  expect(await parcels.bookings(orderId)).toHaveLength(1);
});

test("an order without an address is an operator's", async () => {
  const orderId = await parcels.ready({ address: undefined });
  await expect(parcels.worker().step(orderId)).rejects.toMatchObject(permanent);
  expect(await shipments(orderId)).toEqual([]);
});

test("a cancelled order is not booked, and what was booked is taken back", async () => {
  const early = await parcels.ready();
  await parcels.append(early, happened.cancelled("support"));
  await parcels.worker().work(early, HOUR);
  expect(await parcels.bookings(early)).toEqual([]);

  const late = await parcels.ready();
  const worker = parcels.worker();
  await worker.step(late);
  await parcels.append(late, happened.cancelled("support"));
  await worker.work(late, HOUR);
  expect(await parcels.bookings(late)).toMatchObject([{ status: "cancelled" }]);
});

test("a cancellation that meets a booking nobody knows of yet finds it and takes it back", async () => {
  const orderId = await parcels.ready();
  await parcels.turn({ lookupLagMs: 30_000 });
  await expect(parcels.worker({ afterBook: dies }).step(orderId)).rejects.toThrow("killed");
  await parcels.append(orderId, happened.cancelled("support"));
  await parcels.worker().work(orderId, HOUR);
  expect(await parcels.bookings(orderId)).toMatchObject([{ status: "cancelled" }]);
});

test("a parcel that left before the cancellation came is recorded as shipped, and is support's", async () => {
  const orderId = await parcels.ready();
  const worker = parcels.worker();
  await worker.step(orderId);
  await parcels.ship();
  await parcels.append(orderId, happened.cancelled("support"));
  await expect(worker.work(orderId, HOUR)).rejects.toMatchObject(permanent);
  expect(await shipments(orderId)).toContain("shipment.shipped");
});
