import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { DifferenceKind, Found } from "./difference.ts";

/** Whose books are looked through, each from where it was left. */
export type Book = "payment" | "carrier";

/** What a look through the books has come to. */
export interface Counts {
  readonly intents: number;
  readonly refunds: number;
  readonly parcels: number;
  readonly stuck: number;
  readonly found: number;
  readonly mended: number;
}

export interface Report {
  readonly reportId: string;
  readonly startedAt: string;
  readonly finishedAt: string | undefined;
  readonly from: string;
  readonly until: string;
  readonly state: "running" | "finished" | "failed";
  readonly error: string | undefined;
  readonly counts: Partial<Counts>;
}

/** A difference as it is kept. Open: neither mended, nor gone by itself, nor seen to by a person. */
export interface StoredDifference {
  readonly kind: DifferenceKind;
  readonly reference: string;
  readonly orderId: string | undefined;
  readonly inOrder: number | undefined;
  readonly outside: number | undefined;
  readonly currency: string | undefined;
  readonly at: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly mendedAt: string | undefined;
  readonly goneAt: string | undefined;
  /** When somebody has seen to it, and who. */
  readonly settledAt: string | undefined;
  readonly settledBy: string | undefined;
}

const DAY_MS = 86_400_000;
const LEFT_BEHIND_MS = 3_600_000;
const KEPT_REPORTS_MS = 90 * DAY_MS;
const KEPT_DIFFERENCES_MS = 730 * DAY_MS;

/** The reports of reconciliation and the differences that it has found. All times are business time. */
export class Reports {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Begins a report. One that was begun long ago and not ended belongs to a process that has died. */
  async begin(now: number, from: number, until: number): Promise<string> {
    const reportId = randomUUID();
    await this.#pool.query(
      `UPDATE reconciliation.reports SET state = 'failed', error = 'its process ended', finished_at = $1
       WHERE state = 'running' AND started_at < $2`,
      [new Date(now), new Date(now - LEFT_BEHIND_MS)],
    );
    await this.#pool.query(
      `INSERT INTO reconciliation.reports (report_id, started_at, looked_from, looked_until, state, counts)
       VALUES ($1, $2, $3, $4, 'running', '{}')`,
      [reportId, new Date(now), new Date(from), new Date(until)],
    );
    return reportId;
  }

  /** Notes a difference: new, or seen again. What has been mended once stays mended. */
  async note({ mended, ...difference }: Found, now: number): Promise<void> {
    const { kind, reference, orderId, inOrder, outside, currency, at } = difference;
    await this.#pool.query(
      `INSERT INTO reconciliation.differences AS d
         (kind, reference, order_id, in_order, outside, currency, happened_at, first_seen, last_seen, mended_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)
       ON CONFLICT (kind, reference) DO UPDATE SET in_order = excluded.in_order, outside = excluded.outside,
         last_seen = excluded.last_seen, mended_at = COALESCE(d.mended_at, excluded.mended_at), gone_at = NULL`,
      [
        kind,
        reference,
        orderId ?? null,
        inOrder ?? null,
        outside ?? null,
        currency ?? null,
        new Date(at),
        new Date(now),
        mended ? new Date(now) : null,
      ],
    );
  }

  /** Ends a report; differences that happened from `from` on and that it has not met again are gone. */
  async finish(reportId: string, now: number, counts: Counts, from: number): Promise<void> {
    await this.#pool.query(
      `WITH report AS (
         UPDATE reconciliation.reports SET state = 'finished', finished_at = $2, counts = $3
         WHERE report_id = $1 RETURNING started_at, looked_until)
       UPDATE reconciliation.differences AS d SET gone_at = $2 FROM report
       WHERE d.mended_at IS NULL AND d.gone_at IS NULL AND d.last_seen < report.started_at
         AND d.happened_at >= $4 AND d.happened_at < report.looked_until`,
      [reportId, new Date(now), JSON.stringify(counts), new Date(from)],
    );
  }

  /** Forgets reports after 90 days, and what was mended or has gone after two years. */
  async prune(now: number): Promise<void> {
    await this.#pool.query("DELETE FROM reconciliation.reports WHERE started_at < $1", [
      new Date(now - KEPT_REPORTS_MS),
    ]);
    await this.#pool.query(
      "DELETE FROM reconciliation.differences WHERE last_seen < $1 AND COALESCE(mended_at, gone_at, settled_at) IS NOT NULL",
      [new Date(now - KEPT_DIFFERENCES_MS)],
    );
  }

  async fail(reportId: string, now: number, error: string, counts: Counts): Promise<void> {
    await this.#pool.query(
      `UPDATE reconciliation.reports SET state = 'failed', finished_at = $2, error = $3, counts = $4
       WHERE report_id = $1`,
      [reportId, new Date(now), error.slice(0, 1_000), JSON.stringify(counts)],
    );
  }

  /** Until when each book has been looked through, epoch milliseconds; one that is not there never was. */
  async lookedUntil(): Promise<ReadonlyMap<Book, number>> {
    const { rows } = await this.#pool.query<{ name: Book; looked_until: Date }>(
      "SELECT name, looked_until FROM reconciliation.books",
    );
    return new Map(rows.map(({ name, looked_until }) => [name, looked_until.getTime()]));
  }

  /** A book has been looked through to its end. */
  async looked(book: Book, until: number): Promise<void> {
    await this.#pool.query(
      `INSERT INTO reconciliation.books AS b (name, looked_until) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET looked_until = GREATEST(b.looked_until, excluded.looked_until)`,
      [book, new Date(until)],
    );
  }

  /** The newest reports. */
  async newest(limit: number): Promise<Report[]> {
    const { rows } = await this.#pool.query<{
      report_id: string;
      started_at: Date;
      finished_at: Date | null;
      looked_from: Date;
      looked_until: Date;
      state: Report["state"];
      error: string | null;
      counts: Partial<Counts>;
    }>("SELECT * FROM reconciliation.reports ORDER BY started_at DESC LIMIT $1", [limit]);
    return rows.map((row) => ({
      reportId: row.report_id,
      startedAt: row.started_at.toISOString(),
      finishedAt: row.finished_at?.toISOString(),
      from: row.looked_from.toISOString(),
      until: row.looked_until.toISOString(),
      state: row.state,
      error: row.error ?? undefined,
      counts: row.counts,
    }));
  }

  /** Notes that somebody has seen to a difference; false where it is not open. */
  async settle(kind: string, reference: string, by: string, now: number): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `UPDATE reconciliation.differences SET settled_at = $4, settled_by = $3
       WHERE kind = $1 AND reference = $2 AND mended_at IS NULL AND gone_at IS NULL AND settled_at IS NULL`,
      [kind, reference, by, new Date(now)],
    );
    return rowCount === 1;
  }

  /** Differences, those seen last first; only the open ones, or all. */
  async differences(which: "open" | "all", limit: number): Promise<StoredDifference[]> {
    const { rows } = await this.#pool.query<{
      kind: DifferenceKind;
      reference: string;
      order_id: string | null;
      in_order: string | null;
      outside: string | null;
      currency: string | null;
      happened_at: Date;
      first_seen: Date;
      last_seen: Date;
      mended_at: Date | null;
      gone_at: Date | null;
      settled_at: Date | null;
      settled_by: string | null;
    }>(
      `SELECT * FROM reconciliation.differences
       ${which === "open" ? "WHERE mended_at IS NULL AND gone_at IS NULL AND settled_at IS NULL" : ""}
       ORDER BY last_seen DESC, kind, reference LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({
      kind: row.kind,
      reference: row.reference,
      orderId: row.order_id ?? undefined,
      inOrder: row.in_order === null ? undefined : Number(row.in_order),
      outside: row.outside === null ? undefined : Number(row.outside),
      currency: row.currency ?? undefined,
      at: row.happened_at.toISOString(),
      firstSeen: row.first_seen.toISOString(),
      lastSeen: row.last_seen.toISOString(),
      mendedAt: row.mended_at?.toISOString(),
      goneAt: row.gone_at?.toISOString(),
      settledAt: row.settled_at?.toISOString(),
      settledBy: row.settled_by ?? undefined,
    }));
  }
}
