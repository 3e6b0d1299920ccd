import { randomUUID } from "node:crypto";
import { MIGRATIONS } from "../../../cli/database/migrations.ts";
import type { Position, RecordedEvent } from "../../../domain/chain/envelope.ts";
import { type Engines, startEngines } from "../../../infra/consumers/testing/engines.ts";
import { createJob, findJob } from "../../../infra/dead-letters/jobs.ts";
import { WrongRevisionError } from "../../../infra/event-store/port.ts";
import { inTransaction } from "../../../infra/postgres/pool.ts";
import { rehashed } from "../../fixtures/chained.ts";
import { type DrillReport, type DrillWork, until } from "../drill.ts";
import { judgeMended, judgeQuarantine } from "./judge-poison.ts";
import { Mending } from "./mendable.ts";
import { type Pipeline, startPipeline } from "./pipeline.ts";
import { poisonedOrders, type StoredOrder, storable } from "./poisoned-orders.ts";
import { percentile, Visibility } from "./visibility.ts";

const EVENTS_PER_ORDER = 12;
const SHARE = 0.01;
/** Runs with and without poison take turns, so that whatever else the machine does hits both. */
const TURNS = { few: 2, many: 4 };
const WATCHED = "orders";
/** Below what this machine's read models can do, so that what is measured is a pipeline that keeps up. */
const EVENTS_PER_SECOND = 150;
const STREAMS_AT_ONCE = 20;
const MOST_RATIO = 1.5;
/** With fewer events a 99th percentile says nothing. */
const ENOUGH_TO_COMPARE = 10_000;
const REDRIVEN_PER_SECOND = 1_000;
const REDRIVE_MS = 300_000;

interface Scene {
  readonly engines: Engines;
  readonly pipeline: Pipeline;
  readonly visibility: Visibility;
}

/** What one run of a block has shown. */
interface Block {
  readonly took: readonly number[];
  readonly mostLag: number;
}

/**
 * Every read model follows orders of which 1% of the events cannot be handled, in turns with orders that are as they
 * should be. Then the program is mended, and what was set aside is redriven.
 */
export const poisonDrill: DrillWork = {
  async run({ seed, orders, say }): Promise<DrillReport> {
    const events = orders * EVENTS_PER_ORDER;
    const bad = poisonedOrders(seed, events, SHARE);
    const good = poisonedOrders(seed + 1_000_000, events, 0);
    const mending = new Mending(bad.meant);
    const engines = await startEngines(MIGRATIONS);
    const visibility = new Visibility();
    const pipeline = await startPipeline(engines, mending, WATCHED, visibility);
    try {
      const scene = { engines, pipeline, visibility };
      const turns = events >= ENOUGH_TO_COMPARE ? TURNS.many : TURNS.few;
      const blocks = { with: [] as Block[], without: [] as Block[] };
      for (let turn = 0; turn < turns; turn++) {
        for (const [kind, all] of [
          ["without", good.orders],
          ["with", bad.orders],
        ] as const) {
          const part = all.filter((_, n) => n % turns === turn);
          const block = await runBlock(scene, part);
          blocks[kind].push(block);
          say(`  turn ${turn + 1} ${kind} poison: ${figuresOf(block)}`);
        }
      }
      await pipeline.atRest();
      const quarantine = await judgeQuarantine(engines.pool, bad.orders);
      mending.mend(quarantine.parked);
      say(`  ${quarantine.letters} letters; the program is mended, and they are redriven`);
      const redriven = await redriveAll(engines);
      await pipeline.atRest();
      const mended = await judgeMended(engines, mending);
      const speed = compare(blocks, bad.meant.size, events);
      return {
        name: "poison",
        figures: {
          "events with poison among them": events,
          "events that cannot be handled": bad.meant.size,
          "letters of all read models": quarantine.letters,
          ...speed.figures,
          "redriven in, s": redriven.toFixed(1),
        },
        breaches: [...quarantine.breaches, ...speed.breaches, ...mended],
      };
    } finally {
      await pipeline.stop();
      await engines.stop();
    }
  },
};

/** Appends streams side by side at the drill's pace and measures until the read models have caught up. */
async function runBlock({ engines, pipeline, visibility }: Scene, orders: readonly StoredOrder[]): Promise<Block> {
  visibility.take();
  const before = visibility.seen;
  let mostLag = 0;
  let healthy = 0;
  const begun = performance.now();
  let appended = 0;
  const waiting = orders.toReversed();
  const looking = setInterval(() => {
    mostLag = Math.max(mostLag, pipeline.lag());
  }, 100);
  const appendAll = async () => {
    for (let order = waiting.pop(); order !== undefined; order = waiting.pop()) {
      for (const event of order.events) {
        const dueAt = begun + (appended++ / EVENTS_PER_SECOND) * 1_000;
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueAt - performance.now())));
        const position = await append(engines, order, event);
        // What waits behind an event that cannot be handled is not there to be seen.
        if (order.poison !== undefined) continue;
        healthy++;
        visibility.stored(position);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: STREAMS_AT_ONCE }, appendAll));
    await until("every healthy event is seen", 60_000, () => visibility.seen - before >= healthy);
  } finally {
    clearInterval(looking);
  }
  return { took: visibility.take(), mostLag };
}

/** Between its events an order may have been told what was set aside of it: then the next one follows that. */
async function append({ store }: Engines, { poison }: StoredOrder, event: RecordedEvent): Promise<Position> {
  const { stream, revision } = event;
  if (poison === undefined) {
    return (await store.append(stream, [storable(event)], revision === 0n ? "no_stream" : revision - 1n)).position;
  }
  for (;;) {
    const [last] = revision === 0n ? [] : await store.readStream(stream, { direction: "backwards", limit: 1 });
    const next = last ? rehashed({ ...event, revision: last.revision + 1n }, { prevHash: last.metadata.hash }) : event;
    try {
      return (await store.append(stream, [storable(next)], last?.revision ?? "no_stream")).position;
    } catch (error) {
      if (!(error instanceof WrongRevisionError)) throw error;
    }
  }
}

async function redriveAll({ pool }: Engines): Promise<number> {
  const begun = performance.now();
  // Each letter may uncover the next one of its stream.
  for (;;) {
    const { rows } = await pool.query("SELECT 1 FROM runner.dead_letters WHERE state = 'parked' LIMIT 1");
    if (rows.length === 0 || performance.now() - begun > REDRIVE_MS) return (performance.now() - begun) / 1_000;
    const id = randomUUID();
    const by = { type: "admin", id: "drill" } as const;
    const job = { id, action: "redrive" as const, by, filter: {}, perSecond: REDRIVEN_PER_SECOND, now: Date.now() };
    await inTransaction(pool, (tx) => createJob(tx, job));
    await until("the redrive has ended", REDRIVE_MS, async () => (await findJob(pool, id))?.state === "done");
    if ((await findJob(pool, id))?.done === 0) return (performance.now() - begun) / 1_000;
  }
}

function compare(
  blocks: { readonly with: readonly Block[]; readonly without: readonly Block[] },
  poison: number,
  events: number,
): { readonly figures: Record<string, string | number>; readonly breaches: string[] } {
  const p99s = (kind: readonly Block[]) => kind.map(({ took }) => percentile(took, 0.99));
  const p99 = { with: p99s(blocks.with), without: p99s(blocks.without) };
  // Of each turn against the one beside it, and of these the one in the middle: what else the machine does in one of the
  // turns decides nothing.
  const ratio = median(p99.with.map((value, turn) => value / Math.max(1, p99.without[turn] ?? 1)));
  const lags = {
    with: blocks.with.map(({ mostLag }) => mostLag),
    without: blocks.without.map(({ mostLag }) => mostLag),
  };
  const breaches: string[] = [];
  if (events >= ENOUGH_TO_COMPARE && ratio > MOST_RATIO) {
    breaches.push(
      `healthy events were seen ${ratio.toFixed(2)} times as late at the 99th percentile with ${poison} poisonous ones`,
    );
  }
  // Growing: the last turn is far behind where the first one was, and the runs without poison are not.
  const [first = 0, last = 0] = [lags.with[0], lags.with.at(-1)];
  const bound = 2 * Math.max(first, ...lags.without) + EVENTS_PER_SECOND;
  if (last > bound)
    breaches.push(`the lag grows with poison: up to ${last} events in the last turn, ${first} in the first`);
  return {
    figures: {
      "healthy events seen after, p99 by turn, without poison, ms": rounded(p99.without),
      "healthy events seen after, p99 by turn, with poison, ms": rounded(p99.with),
      "ratio of the two, median of the turns": ratio.toFixed(2),
      "most events behind by turn, without poison": lags.without.join(", "),
      "most events behind by turn, with poison": lags.with.join(", "),
    },
    breaches,
  };
}

const rounded = (values: readonly number[]): string => values.map((value) => value.toFixed(0)).join(", ");

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [below = 0, above = below] = [sorted[(sorted.length - 1) >>> 1], sorted[sorted.length >>> 1]];
  return (below + above) / 2;
}

const figuresOf = ({ took, mostLag }: Block): string =>
  `${took.length} healthy events seen after ${percentile(took, 0.5).toFixed(0)} ms (p50), ` +
  `${percentile(took, 0.99).toFixed(0)} ms (p99); at most ${mostLag} events behind`;
