import { readConfig } from "../../../infra/config.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";
import { createPool } from "../../../infra/postgres/pool.ts";
import { liveSchemas } from "../../../projections/runner/generations.ts";
import { verifyEverything } from "../../../read-api/verify.ts";
import { databaseWitness } from "../../../read-api/witness.ts";
import { checkHistory } from "../history/check.ts";
import type { ClientRecord } from "../world/client-record.ts";
import { judgeCouriers } from "./couriers.ts";
import { gatherEvidence } from "./evidence.ts";
import { judgeNotices, mailsIn } from "./notices.ts";
import { duplicates, lostWrites, staleScreens, standing } from "./orders.ts";
import { bookingsIn, judgeParcels } from "./parcels.ts";
import { judgePayments } from "./payments.ts";
import { judgeStock } from "./stock.ts";

/** Where the evidence of a run lies. */
export interface Scene {
  readonly store: EventStore;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly record: ClientRecord;
}

export interface Judgement {
  readonly figures: Readonly<Record<string, number | string>>;
  /** Streams that wait in quarantine, and why. */
  readonly waiting: readonly string[];
  readonly breaches: readonly string[];
}

/** Judges a run from outside: what clients were told, what is stored, what the payment gateway says. */
export async function judge({ store, databaseUrl, dataDir, record }: Scene): Promise<Judgement> {
  const upTo = record.history.mark();
  const evidence = await gatherEvidence({ store, databaseUrl, dataDir });
  const lost = lostWrites(record, evidence);
  const twice = duplicates(evidence);
  const { statuses, waiting, breaches: standstill } = standing(record, evidence);
  const payments = judgePayments(evidence);
  const stock = judgeStock(evidence);
  const couriers = judgeCouriers(evidence);
  const bookings = await bookingsIn(dataDir);
  const parcels = judgeParcels(evidence, bookings);
  const notices = judgeNotices(evidence, await mailsIn(dataDir));
  const stale = staleScreens(record, evidence);
  const history = await checkHistory(record.history, upTo, evidence.streams);
  const chains = await verifyChains(store, databaseUrl);
  const doubled = [...payments.breaches, ...parcels, ...notices.breaches].filter((breach) =>
    breach.startsWith("duplicated"),
  );
  return {
    figures: {
      "orders acknowledged": record.size,
      "other commands acknowledged": record.commands.length,
      "orders refused": record.refused.length,
      ...Object.fromEntries(Object.entries(statuses).map(([status, count]) => [`  ended as ${status}`, count])),
      events: evidence.events.length,
      "streams verified": chains.streams,
      "charges by the gateway's log": payments.charges,
      "refunds by the gateway's log": payments.refunds,
      reservations: stock.reservations,
      "ledger chapters": stock.chapters,
      couriers: couriers.couriers,
      "bookings by the carrier's log": bookings.length,
      "messages by the mail server's log": notices.shown,
      "  sent again under the same Message-ID": notices.repeated,
      "screens compared": record.shown.size,
      ...history.figures,
      "streams in quarantine": new Set(evidence.parked.map(({ stream }) => stream)).size,
      lost: lost.length,
      duplicated: twice.length + doubled.length,
    },
    waiting,
    breaches: [
      ...lost,
      ...twice,
      ...standstill,
      ...payments.breaches,
      ...stock.breaches,
      ...couriers.breaches,
      ...parcels,
      ...notices.breaches,
      ...stale,
      ...history.breaches,
      ...chains.findings,
    ],
  };
}

async function verifyChains(store: EventStore, databaseUrl: string): Promise<{ streams: number; findings: string[] }> {
  const pool = createPool({ ...readConfig({}), DATABASE_URL: databaseUrl }, { applicationName: "drill", max: 2 });
  try {
    const verdict = await verifyEverything(store, databaseWitness(pool, liveSchemas(pool)));
    const findings = verdict.findings.map(
      ({ stream, revision, reason, detail }) => `${stream}@${revision} does not verify: ${reason}: ${detail}`,
    );
    return { streams: verdict.streams, findings };
  } finally {
    await pool.end();
  }
}
