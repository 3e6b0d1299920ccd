import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import type { Order } from "../../domain/order/state.ts";
import { AT, happened, orderOf } from "../../test/fixtures/order-examples.ts";
import { owedPayments } from "./payment-owed.ts";
import { owedStock } from "./stock.ts";

const PLACED = Date.parse(AT);
const HOLD = Date.parse("2026-11-21T10:23:00.000Z");
const RECOVER = 3_000;

const orderAfter = (...events: readonly OrderEvent[]): Order => orderOf(events);

const ids = (owed: readonly { id: string }[]) => owed.map(({ id }) => id);
const { placed, reserved, processing, paid } = happened;
const RESERVED = [placed("bakery"), reserved()] as const;
const PAID = [...RESERVED, processing(), paid()] as const;
const NOTIFIED = [...PAID, happened.notified()] as const;
const cancelled = happened.cancelled();

describe("payment owes", () => {
  test("nothing but the hold's end before the stock is reserved", () => {
    expect(owedPayments(orderAfter(placed("bakery")))).toMatchObject([{ id: "payment.expire/1", dueAt: HOLD }]);
  });

  test("the intent first, and its confirmation only when its reference is stored", () => {
    expect(ids(owedPayments(orderAfter(...RESERVED)))).toEqual(["payment.create/1", "payment.expire/1"]);
    expect(ids(owedPayments(orderAfter(...RESERVED, processing())))).toEqual(["payment.confirm/1", "payment.expire/1"]);
  });

  test("the next attempt at the planned time, and the hold until two minutes after it", () => {
    const failed: OrderEvent = {
      type: "payment.attempt_failed",
      data: { attempt: 3, failureType: "payment_timeout", reference: "r", nextAttemptAt: "2026-11-21T10:40:00.000Z" },
    };
    expect(owedPayments(orderAfter(...RESERVED, processing(), failed))).toMatchObject([
      { id: "payment.confirm/4", dueAt: Date.parse("2026-11-21T10:40:00.000Z"), early: true },
      { id: "payment.expire/1", dueAt: Date.parse("2026-11-21T10:42:00.000Z") },
    ]);
  });

  test("nothing once the order is paid", () => {
    expect(owedPayments(orderAfter(...PAID))).toEqual([]);
  });

  test("the cancelling of an intent whose order has ended, so that the gateway decides what came first", () => {
    expect(ids(owedPayments(orderAfter(...RESERVED, processing(), cancelled)))).toEqual(["payment.cancel/1"]);
  });

  test("the money back when a charge arrives after the cancellation, and nothing more when it is back", () => {
    const late = orderAfter(...RESERVED, processing(), cancelled, paid());
    expect(ids(owedPayments(late))).toEqual(["payment.refund/1"]);
    expect(owedPayments(evolve(late, happened.refunded(), AT) as Order)).toEqual([]);
  });

  test("nothing for an order that was sold out or never reached the gateway", () => {
    expect(owedPayments(orderAfter(...RESERVED, cancelled))).toEqual([]);
  });
});

describe("stock owes", () => {
  test("a reservation that the placing itself did not make, after its time", () => {
    expect(owedStock(orderAfter(placed("bakery")), RECOVER)).toEqual([
      { id: "stock.reserve/1.1", dueAt: PLACED + RECOVER },
    ]);
    expect(owedStock(orderAfter(...RESERVED), RECOVER)).toEqual([]);
  });

  test("a release for every fulfilment of an order that has ended, also where no reservation was seen", () => {
    expect(ids(owedStock(orderAfter(...RESERVED, cancelled), RECOVER))).toEqual(["stock.release/1.1"]);
    expect(ids(owedStock(orderAfter(placed("bakery"), cancelled), RECOVER))).toEqual(["stock.release/1.1"]);
  });

  test("nothing after a placing that was refused before the ledger was asked", () => {
    const soldOut: OrderEvent = {
      type: "order.out_of_stock",
      data: { fulfilmentId: "1.1", missing: [{ sku: "carrot-cake", asked: 2, available: 0 }], ledgerAsked: false },
    };
    expect(owedStock(orderAfter(placed("bakery"), soldOut), RECOVER)).toEqual([]);
  });

  test("nothing after a placing at a closed site, which never asked the ledger", () => {
    expect(owedStock(orderAfter(placed("bakery"), happened.rejected("auto_rejected_closing_time")), RECOVER)).toEqual(
      [],
    );
  });

  test("a release when a reservation turns up although the order was refused", () => {
    const refused: OrderEvent = {
      type: "order.out_of_stock",
      data: { fulfilmentId: "1.1", missing: [], ledgerAsked: false },
    };
    expect(ids(owedStock(orderAfter(placed("bakery"), refused, reserved()), RECOVER))).toEqual(["stock.release/1.1"]);
  });

  test("consumption when the site has completed the fulfilment, and no release any more", () => {
    const ready = [...NOTIFIED, happened.accepted(), happened.ready()];
    expect(ids(owedStock(orderAfter(...ready), RECOVER))).toEqual(["stock.consume/1.1"]);
    expect(ids(owedStock(orderAfter(...ready, cancelled), RECOVER))).toEqual(["stock.consume/1.1"]);
  });

  test("the goods back to a site that does not make the order, and a reservation at the one that does", () => {
    const givenBack = [...NOTIFIED, happened.givenBack()];
    expect(ids(owedStock(orderAfter(...givenBack), RECOVER))).toEqual(["stock.release/1.1"]);
    const rerouted = [...givenBack, happened.released(), happened.rerouted()];
    expect(ids(owedStock(orderAfter(...rerouted), RECOVER))).toEqual(["stock.reserve/2.1"]);
    expect(owedStock(orderAfter(...rerouted, happened.reserved("2.1")), RECOVER)).toEqual([]);
    expect(ids(owedStock(orderAfter(...rerouted, cancelled), RECOVER))).toEqual(["stock.release/2.1"]);
  });

  test("a reservation for a substitute, its consumption with the rest, and its release where it came to nothing", () => {
    const substituted = [...NOTIFIED, happened.accepted(), happened.missing(), happened.substituted()];
    expect(ids(owedStock(orderAfter(...substituted), RECOVER))).toEqual(["stock.reserve/2.1"]);
    const reservedToo = [...substituted, happened.reserved("2.1")];
    expect(owedStock(orderAfter(...reservedToo), RECOVER)).toEqual([]);
    expect(ids(owedStock(orderAfter(...reservedToo, happened.ready()), RECOVER))).toEqual([
      "stock.consume/1.1",
      "stock.consume/2.1",
    ]);
    expect(ids(owedStock(orderAfter(...reservedToo, cancelled), RECOVER))).toEqual([
      "stock.release/1.1",
      "stock.release/2.1",
    ]);
    const missingToo = [...substituted, happened.missing("plum-cake")];
    expect(ids(owedStock(orderAfter(...missingToo), RECOVER))).toEqual(["stock.release/2.1"]);
    const removed = [...missingToo, happened.lineRemoved("plum-cake", "1.1", 2_000), happened.released("2.1")];
    expect(owedStock(orderAfter(...removed), RECOVER)).toEqual([]);
    expect(ids(owedStock(orderAfter(...removed, happened.ready()), RECOVER))).toEqual(["stock.consume/1.1"]);
  });
});
