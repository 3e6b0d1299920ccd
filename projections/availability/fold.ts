import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type LedgerEvent, type LedgerOpened, ledgerOf, type StockLine } from "../../domain/inventory/events.ts";
import { emptyLedger, evolve, type Ledger } from "../../domain/inventory/state.ts";

/** What the pages of a chapter that is being opened have carried over so far; empty once all of them were seen. */
export interface Carried {
  readonly unavailable: readonly string[];
  readonly reservations: readonly string[];
}

export const NOTHING_CARRIED: Carried = { unavailable: [], reservations: [] };

/** Where a site's ledger stands. */
export interface LedgerRow {
  readonly siteId: string;
  readonly chapter: number;
  /** Of the last event of this chapter. */
  readonly revision: bigint;
  readonly version: bigint;
  readonly carried: Carried;
}

export interface StockRow {
  readonly siteId: string;
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
  readonly unavailable: boolean;
  /** Position of the event that gave the row its values. */
  readonly version: bigint;
}

export interface ReservationRow {
  readonly siteId: string;
  readonly reservationId: string;
  readonly lines: readonly StockLine[];
}

/** Rows that a batch needs: all of those that it may change. */
export interface KnownRows {
  readonly ledgers: readonly LedgerRow[];
  readonly stock: readonly StockRow[];
  readonly reservations: readonly ReservationRow[];
}

/** Rows that a batch has changed. */
export interface Folded extends KnownRows {
  readonly settled: readonly Omit<ReservationRow, "lines">[];
}

/** A site's ledger as far as its rows were loaded. */
class SiteLedger {
  readonly siteId: string;
  readonly ledger: Ledger;
  chapter: number;
  revision = -1n;
  version = 0n;
  carried = NOTHING_CARRIED;
  changed = false;
  /** Versions of the stock rows that were changed. */
  readonly versions = new Map<string, bigint>();
  /** Reservations that were opened (true) or settled (false). */
  readonly touched = new Map<string, boolean>();

  constructor(siteId: string, chapter: number) {
    this.siteId = siteId;
    this.chapter = chapter;
    this.ledger = emptyLedger(siteId, chapter);
  }

  /** Folds an event of the current chapter, or of a later one. What is older stands in the later one's opening. */
  apply(event: RecordedEvent, chapter: number): void {
    if (chapter < this.chapter || (chapter === this.chapter && event.revision <= this.revision)) return;
    // Only the project writes ledger streams; the shapes are those of the contract.
    const fact = { type: event.type, data: event.data } as LedgerEvent;
    const skus = this.#skusOf(fact);
    const before = skus.map((sku) => this.#faceOf(sku));
    evolve(this.ledger, fact, event.revision, event.metadata.at);
    if (fact.type === "ledger.opened") this.#carryOver(fact.data, event);
    else if ("reservationId" in fact.data) this.#noteReservation(fact.data.reservationId);
    skus.forEach((sku, i) => {
      if (this.#faceOf(sku) !== before[i]) this.versions.set(sku, event.position.commit);
    });
    this.chapter = chapter;
    this.revision = event.revision;
    this.version = event.position.commit;
    this.changed = true;
  }

  /**
   * A page of what the chapter before has handed over. Its values are absolute: they hold whatever of that chapter was
   * seen. What the site offers does not change between the pages; what none of them names is dropped after the last.
   */
  #carryOver(data: LedgerOpened, { revision, metadata }: RecordedEvent): void {
    const { ledger } = this;
    const before = data.page === 1 ? NOTHING_CARRIED : this.carried;
    const carried = {
      unavailable: [...before.unavailable, ...data.unavailable],
      reservations: [...before.reservations, ...data.reservations.map(({ reservationId }) => reservationId)],
    };
    for (const { reservationId } of data.reservations) this.#noteReservation(reservationId);
    for (const reservationId of data.voids) this.#noteReservation(reservationId);
    if (data.page < data.pages) {
      this.carried = carried;
      return;
    }
    this.carried = NOTHING_CARRIED;
    const [unavailable, reservations] = [new Set(carried.unavailable), new Set(carried.reservations)];
    for (const sku of [...ledger.unavailable]) if (!unavailable.has(sku)) ledger.unavailable.delete(sku);
    for (const reservationId of [...ledger.reservations.keys()]) {
      if (reservations.has(reservationId)) continue;
      evolve(ledger, { type: "ledger.released", data: { reservationId } }, revision, metadata.at);
      this.#noteReservation(reservationId);
    }
  }

  #noteReservation(reservationId: string): void {
    const open = this.ledger.reservations.get(reservationId)?.status === "open";
    // What is settled or void needs no memory here: the ledger never reserves under the same id again.
    if (!open) this.ledger.reservations.delete(reservationId);
    this.touched.set(reservationId, open);
  }

  #skusOf(event: LedgerEvent): readonly string[] {
    if (event.type === "ledger.opened") {
      const { balances, unavailable, reservations } = event.data;
      const named = [...balances, ...reservations.flatMap(({ lines }) => lines)].map(({ sku }) => sku);
      return [...new Set([...this.ledger.stock.keys(), ...this.ledger.unavailable, ...named, ...unavailable])];
    }
    if ("lines" in event.data) return [...new Set(event.data.lines.map(({ sku }) => sku))];
    if ("sku" in event.data) return [event.data.sku];
    if (!("reservationId" in event.data)) return [];
    const reserved = this.ledger.reservations.get(event.data.reservationId)?.lines ?? [];
    return [...new Set(reserved.map(({ sku }) => sku))];
  }

  #faceOf(sku: string): string {
    const stock = this.ledger.stock.get(sku);
    return `${stock?.onHand ?? 0}/${stock?.reserved ?? 0}/${this.ledger.unavailable.has(sku)}`;
  }

  stockRows(): StockRow[] {
    return [...this.versions].map(([sku, version]) => {
      const { onHand, reserved } = this.ledger.stock.get(sku) ?? { onHand: 0, reserved: 0 };
      return { siteId: this.siteId, sku, onHand, reserved, unavailable: this.ledger.unavailable.has(sku), version };
    });
  }
}

/** Folds a batch of ledger events upon the rows that it touches. Events that a row has seen change nothing. */
export function foldBatch(known: KnownRows, batch: readonly RecordedEvent[]): Folded {
  const sites = new Map<string, SiteLedger>();
  const siteOf = (siteId: string, chapter: number): SiteLedger => {
    let site = sites.get(siteId);
    if (!site) {
      site = new SiteLedger(siteId, chapter);
      sites.set(siteId, site);
    }
    return site;
  };
  for (const { siteId, chapter, revision, version, carried } of known.ledgers) {
    Object.assign(siteOf(siteId, chapter), { revision, version, carried });
  }
  for (const { siteId, sku, onHand, reserved, unavailable } of known.stock) {
    const { ledger } = siteOf(siteId, 0);
    ledger.stock.set(sku, { onHand, reserved });
    if (unavailable) ledger.unavailable.add(sku);
  }
  for (const { siteId, reservationId, lines } of known.reservations) {
    siteOf(siteId, 0).ledger.reservations.set(reservationId, { status: "open", lines, revision: 0n });
  }
  for (const event of batch) {
    const ledger = ledgerOf(event.stream);
    if (ledger) siteOf(ledger.siteId, ledger.chapter).apply(event, ledger.chapter);
  }
  return changedRows([...sites.values()].filter(({ changed }) => changed));
}

function changedRows(sites: readonly SiteLedger[]): Folded {
  const reservations: ReservationRow[] = [];
  const settled: Omit<ReservationRow, "lines">[] = [];
  for (const { siteId, touched, ledger } of sites) {
    for (const [reservationId, open] of touched) {
      const lines = ledger.reservations.get(reservationId)?.lines;
      if (open && lines) reservations.push({ siteId, reservationId, lines });
      else settled.push({ siteId, reservationId });
    }
  }
  return {
    ledgers: sites.map(({ siteId, chapter, revision, version, carried }) => ({
      siteId,
      chapter,
      revision,
      version,
      carried,
    })),
    stock: sites.flatMap((site) => site.stockRows()),
    reservations,
    settled,
  };
}

/** What of the rows a batch may change. */
export interface Touched {
  readonly siteIds: readonly string[];
  /** Sites of which a chapter is opened in the batch: all of their rows count. */
  readonly opened: readonly string[];
  readonly reservations: readonly Omit<ReservationRow, "lines">[];
  readonly skus: readonly { readonly siteId: string; readonly sku: string }[];
}

/** What a batch touches by its own words; the SKUs of settled reservations are known from their rows only. */
export function touchedBy(batch: readonly RecordedEvent[]): Touched {
  const siteIds = new Set<string>();
  const opened = new Set<string>();
  const reservations = new Map<string, Omit<ReservationRow, "lines">>();
  const skus = new Map<string, { siteId: string; sku: string }>();
  for (const event of batch) {
    const siteId = ledgerOf(event.stream)?.siteId;
    if (siteId === undefined) continue;
    siteIds.add(siteId);
    const { type, data } = { type: event.type, data: event.data } as LedgerEvent; // as in SiteLedger.apply
    if (type === "ledger.opened") opened.add(siteId);
    if ("reservationId" in data) {
      reservations.set(`${siteId}/${data.reservationId}`, { siteId, reservationId: data.reservationId });
    }
    if ("lines" in data) for (const { sku } of data.lines) skus.set(`${siteId}/${sku}`, { siteId, sku });
    if ("sku" in data) skus.set(`${siteId}/${data.sku}`, { siteId, sku: data.sku });
  }
  const partly = <T extends { siteId: string }>(rows: Iterable<T>) =>
    [...rows].filter((row) => !opened.has(row.siteId));
  return {
    siteIds: [...siteIds],
    opened: [...opened],
    reservations: partly(reservations.values()),
    skus: partly(skus.values()),
  };
}
