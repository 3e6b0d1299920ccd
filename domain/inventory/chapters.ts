import type { LedgerEvent, LedgerOpened } from "./events.ts";
import type { Ledger } from "./state.ts";

/** Entries of one page of `ledger.opened`: about 400 KiB as JSON, well below the append limit of 1 MiB. */
const ENTRIES_PER_PAGE = 4_000;

/** The event that ends a chapter and names the next. */
export const closing = (ledger: Ledger): LedgerEvent => ({
  type: "ledger.closed",
  data: { next: ledger.chapter + 1, events: ledger.events },
});

/**
 * The events that begin the chapter after a closed one. Derived from the closed chapter alone, in a fixed order, so
 * that two processes that open the same chapter decide the same events under the same ids.
 *
 * @param lastHash hash of the closed chapter's last event
 * @param closedAt business time of that event
 */
export function opening(ledger: Ledger, lastHash: string, closedAt: string): readonly LedgerEvent[] {
  type Entry = (page: {
    balances: LedgerOpened["balances"][number][];
    unavailable: string[];
    reservations: LedgerOpened["reservations"][number][];
    voids: string[];
  }) => void;
  const entries: Entry[] = [];
  const byKey = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);
  for (const [sku, { onHand }] of [...ledger.stock].sort(byKey)) {
    entries.push((page) => page.balances.push({ sku, onHand }));
  }
  for (const sku of [...ledger.unavailable].sort()) entries.push((page) => page.unavailable.push(sku));
  for (const [reservationId, { status, lines }] of [...ledger.reservations].sort(byKey)) {
    if (status === "open") entries.push((page) => page.reservations.push({ reservationId, lines }));
    if (status === "voided") entries.push((page) => page.voids.push(reservationId));
  }
  const pages = Math.max(1, Math.ceil(entries.length / ENTRIES_PER_PAGE));
  return Array.from({ length: pages }, (_, index) => {
    const content = { balances: [], unavailable: [], reservations: [], voids: [] };
    for (const add of entries.slice(index * ENTRIES_PER_PAGE, (index + 1) * ENTRIES_PER_PAGE)) add(content);
    return {
      type: "ledger.opened",
      data: {
        chapter: ledger.chapter + 1,
        page: index + 1,
        pages,
        previousHash: lastHash,
        openedAt: closedAt,
        ...content,
      },
    } satisfies LedgerEvent;
  });
}
