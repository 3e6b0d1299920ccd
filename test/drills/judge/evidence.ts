import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import type { Position, RecordedEvent } from "../../../domain/chain/envelope.ts";
import { type OrderEvent, orderIdOf } from "../../../domain/order/events.ts";
import { evolve } from "../../../domain/order/evolve.ts";
import type { Order } from "../../../domain/order/state.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";
import type { Charge, PaymentChange } from "../../../infra/simulators/payment/objects.ts";

/** A stream that a consumer has set aside, as `runner.dead_letters` says. */
export interface ParkedStream {
  readonly consumer: string;
  readonly stream: string;
  readonly message: string;
  /** `poison`: our own code could not handle it; else the outside world did not do what it was asked. */
  readonly failureClass: string;
}

/** What is left of a run, read from outside: the store's own log, the payment gateway's own log, what was parked. */
export interface Evidence {
  readonly events: readonly RecordedEvent[];
  readonly streams: ReadonlyMap<string, readonly RecordedEvent[]>;
  readonly orders: ReadonlyMap<string, Order>;
  /** Captures by order, each as it is now. */
  readonly captures: ReadonlyMap<string, readonly Charge[]>;
  readonly parked: readonly ParkedStream[];
}

const PAGE = 2_000;

/** Reads all of it anew. */
export async function gatherEvidence(from: {
  readonly store: EventStore;
  readonly databaseUrl: string;
  readonly dataDir: string;
}): Promise<Evidence> {
  const events = await readEverything(from.store);
  const streams = Map.groupBy(events, ({ stream }) => stream);
  return {
    events,
    streams,
    orders: foldOrders(streams),
    captures: capturesIn(await readFile(join(from.dataDir, "simulators", "payments.jsonl"), "utf8")),
    parked: await parkedStreams(from.databaseUrl),
  };
}

/** Every event of the store, in the order of the log. */
export async function readEverything(store: EventStore): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  let after: Position | undefined;
  for (;;) {
    const page = await store.readAll(after, PAGE);
    events.push(...page.events);
    if (page.atEnd) return events;
    after = page.next;
  }
}

/** Orders by id; a stream that begins with something that is no order is left out. */
function foldOrders(streams: ReadonlyMap<string, readonly RecordedEvent[]>): Map<string, Order> {
  const orders = new Map<string, Order>();
  for (const [stream, events] of streams) {
    const orderId = orderIdOf(stream);
    if (orderId === undefined) continue;
    try {
      let order: Order | undefined;
      // What the system writes into these streams; a damaged one ends in the catch.
      for (const { type, data, metadata } of events) order = evolve(order, { type, data } as OrderEvent, metadata.at);
      if (order) orders.set(orderId, order);
    } catch {
      // Judged as an order that is missing, unless its stream is parked.
    }
  }
  return orders;
}

/** The captures that a payment simulator's journal holds, by order. */
export function capturesIn(journal: string): Map<string, Charge[]> {
  const charges = new Map<string, Charge>();
  // A line without its end is being written; nobody was answered for it.
  for (const line of journal.split("\n").slice(0, -1)) {
    const { changes } = JSON.parse(line) as { readonly changes: readonly PaymentChange[] };
    for (const change of changes) {
      if ("put" in change && change.put.object === "charge") charges.set(change.put.id, change.put);
    }
  }
  const captured = [...charges.values()].filter((charge) => charge.captured);
  return Map.groupBy(captured, ({ metadata }) => metadata.orderId ?? "none");
}

async function parkedStreams(databaseUrl: string): Promise<ParkedStream[]> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rows } = await client.query<ParkedStream>(
      `SELECT consumer, stream, message, failure_class AS "failureClass" FROM runner.dead_letters
       WHERE state = 'parked' ORDER BY consumer, stream`,
    );
    return rows;
  } finally {
    await client.end();
  }
}
