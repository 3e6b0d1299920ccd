import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type LedgerEvent, type LedgerOpened, ledgerOf } from "../../domain/inventory/events.ts";
import { availableOf, emptyLedger, evolve, type Ledger } from "../../domain/inventory/state.ts";
import { causeOf, type Marks, NO_MARKS, Outages } from "./outage-log.ts";
import { type Folded, type KnownRows, NOTHING_CARRIED, type ReservationRow, type StockRow } from "./row-shapes.ts";

/** A site's ledger as far as its rows were loaded. */
class SiteLedger {
  readonly siteId: string;
  readonly ledger: Ledger;
  chapter: number;
  revision = -1n;
  version = 0n;
  carried = NOTHING_CARRIED;
  changed = false;
  /** What the rows of SKUs hold besides the ledger's state. */
  readonly marks = new Map<string, Marks>();
  /** SKUs whose rows were changed. */
  readonly skus = new Set<string>();
  readonly outages = new Outages();
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
      if (this.#faceOf(sku) !== before[i]) this.#mark(sku, { version: event.position.commit });
    });
    // Between the pages of an opening values stand side by side that belong to different times.
    if (fact.type !== "ledger.opened" || fact.data.page === fact.data.pages) {
      for (const sku of skus) this.#noteOutage(sku, fact.type, event);
    }
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

  #mark(sku: string, change: Partial<Marks>): void {
    this.marks.set(sku, { ...(this.marks.get(sku) ?? NO_MARKS), ...change });
    this.skus.add(sku);
  }

  #noteOutage(sku: string, type: LedgerEvent["type"], { position, metadata }: RecordedEvent): void {
    const { stocked, outSince } = this.marks.get(sku) ?? NO_MARKS;
    if (!stocked && (this.ledger.stock.get(sku)?.onHand ?? 0) <= 0) return;
    if (!stocked) this.#mark(sku, { stocked: true });
    const out = availableOf(this.ledger, sku) === 0;
    if (out === (outSince !== undefined)) return;
    if (outSince === undefined) {
      const cause = causeOf(type, this.ledger.unavailable.has(sku));
      this.outages.begin({ sku, version: position.commit, beganAt: metadata.at, cause });
      this.#mark(sku, { outSince: position.commit });
    } else {
      this.outages.end(sku, outSince, metadata.at);
      this.#mark(sku, { outSince: undefined });
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
    return [...this.skus].map((sku) => {
      const { onHand, reserved } = this.ledger.stock.get(sku) ?? { onHand: 0, reserved: 0 };
      const unavailable = this.ledger.unavailable.has(sku);
      return { siteId: this.siteId, sku, onHand, reserved, unavailable, ...(this.marks.get(sku) ?? NO_MARKS) };
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
  for (const { siteId, sku, onHand, reserved, unavailable, stocked, outSince, version } of known.stock) {
    const { ledger, marks } = siteOf(siteId, 0);
    ledger.stock.set(sku, { onHand, reserved });
    if (unavailable) ledger.unavailable.add(sku);
    marks.set(sku, { stocked, outSince, version });
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
  const outages = sites.map(({ siteId, outages: some }) => some.rowsOf(siteId));
  return {
    began: outages.flatMap(({ began }) => began),
    ended: outages.flatMap(({ ended }) => ended),
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
