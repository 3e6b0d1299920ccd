import type { Pool } from "pg";
import { systemClock } from "../../../infra/clock.ts";
import type { Engines } from "../../../infra/consumers/testing/engines.ts";
import { createLog } from "../../../infra/log.ts";
import { PROJECTIONS } from "../../../projections/read-models.ts";
import { compareWithLive, rebuild } from "../../../projections/replay/rebuild.ts";
import { readEverything } from "../judge/evidence.ts";
import type { Mending } from "./mendable.ts";
import type { StoredOrder } from "./poisoned-orders.ts";

/** Events that must be set aside by a read model: of its types, and such that it has to read them. */
function mustPark(orders: readonly StoredOrder[]): { readonly consumer: string; readonly eventId: string }[] {
  return orders.flatMap(({ events, poison }) => {
    const event = events.find(({ id }) => id === poison?.id);
    if (poison === undefined || event === undefined) return [];
    const readable = poison.how === "half of its data" || poison.how === "NUL in a text";
    // What handlers make of data that they can read is theirs; the read model of orders reads all of it.
    return PROJECTIONS.filter(
      ({ name, asItIs, handles }) => !asItIs && handles(event.type) && (!readable || name === "orders"),
    ).map(({ name }) => ({ consumer: name, eventId: poison.id }));
  });
}

/** What is set aside: ids of events by read model. */
export type Parked = ReadonlyMap<string, ReadonlySet<string>>;

/** Whether everything that cannot be handled is set aside, and nothing of any other order. */
export async function judgeQuarantine(
  pool: Pool,
  orders: readonly StoredOrder[],
): Promise<{ readonly parked: Parked; readonly letters: number; readonly breaches: string[] }> {
  const { rows } = await pool.query<{ reader: string; event_id: string; stream: string }>(
    "SELECT reader, event_id, stream FROM runner.dead_letters WHERE state = 'parked'",
  );
  const parked = new Map(
    [...Map.groupBy(rows, ({ reader }) => reader)].map(([reader, own]) => [
      reader,
      new Set(own.map((row) => row.event_id)),
    ]),
  );
  const poisoned = new Set(orders.flatMap(({ events, poison }) => (poison ? (events[0]?.stream ?? []) : [])));
  const breaches = mustPark(orders)
    .filter(({ consumer, eventId }) => !parked.get(consumer)?.has(eventId))
    .map(({ consumer, eventId }) => `${consumer} has not set ${eventId} aside`);
  for (const { reader, stream } of rows) {
    if (!poisoned.has(stream)) breaches.push(`${reader} has set ${stream} aside, which is as it should be`);
  }
  return { parked, letters: rows.length, breaches };
}

/** Whether, after the fix, every read model is what its events make, and each order was told once what became of it. */
export async function judgeMended(engines: Engines, mending: Mending): Promise<string[]> {
  const { pool, store } = engines;
  const breaches: string[] = [];
  const { rows } = await pool.query("SELECT reader, stream, message FROM runner.dead_letters WHERE state = 'parked'");
  for (const { reader, stream, message } of rows) breaches.push(`${stream} is still parked at ${reader}: ${message}`);
  const left = await pool.query("SELECT consumer, stream FROM runner.parked_events");
  for (const { consumer, stream } of left.rows) breaches.push(`events of ${stream} are still held back at ${consumer}`);
  for (const one of PROJECTIONS) {
    const projection = mending.projection(one);
    const options = {
      projection,
      pool,
      store,
      log: createLog("drill", "silent"),
      clock: systemClock,
      instance: "drill",
    };
    const { generation } = await rebuild(options);
    const { tables } = await compareWithLive({ ...options, rebuilt: generation });
    for (const { table, equal, live, rebuilt } of tables) {
      if (!equal)
        breaches.push(`${one.name}.${table}: live ${live?.rows} rows, rebuilt ${rebuilt?.rows}, not the same`);
    }
  }
  return [...breaches, ...(await judgeTold(engines))];
}

async function judgeTold({ pool, store }: Engines): Promise<string[]> {
  const { rows } = await pool.query<{ reader: string; subject: string }>(
    "SELECT reader, subject FROM runner.dead_letters WHERE state = 'redriven'",
  );
  const told = new Map<string, number>();
  for (const { type, data } of await readEverything(store)) {
    if (type !== "processing.parked" && type !== "processing.redriven") continue;
    const { consumer, eventId } = data as { consumer?: string; eventId?: string }; // only the teller writes them
    const key = `${type} ${consumer} ${eventId}`;
    told.set(key, (told.get(key) ?? 0) + 1);
  }
  return rows.flatMap(({ reader, subject }) =>
    ["processing.parked", "processing.redriven"].flatMap((type) => {
      const times = told.get(`${type} ${reader} ${subject}`) ?? 0;
      return times === 1 ? [] : [`${type} of ${subject} at ${reader} was told ${times} times`];
    }),
  );
}
