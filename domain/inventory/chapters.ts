import type { LedgerEvent, LedgerOpened } from "./events.ts";
import type { Ledger } from "./state.ts";

/** Size of one page of `ledger.opened` as JSON: well below the append limit of 1 MiB, however long reservations are. */
const PAGE_BYTES = 400 * 1024;

/** The event that ends a chapter and names the next. */
export const closing = (ledger: Ledger): LedgerEvent => ({
  type: "ledger.closed",
  data: { next: ledger.chapter + 1, events: ledger.events },
});

/** What one page carries over. */
interface Content {
  readonly balances: LedgerOpened["balances"][number][];
  readonly unavailable: string[];
  readonly reservations: LedgerOpened["reservations"][number][];
  readonly voids: string[];
}

/**
 * The events that begin the chapter after a closed one. Derived from the closed chapter alone, in a fixed order, so
 * that two processes that open the same chapter decide the same events under the same ids.
 *
 * @param lastHash hash of the closed chapter's last event
 * @param closedAt business time of that event
 */
export function opening(ledger: Ledger, lastHash: string, closedAt: string): readonly LedgerEvent[] {
  const pages = inPages(ledger);
  return pages.map((content, index) => ({
    type: "ledger.opened",
    data: {
      chapter: ledger.chapter + 1,
      page: index + 1,
      pages: pages.length,
      previousHash: lastHash,
      openedAt: closedAt,
      ...content,
    },
  }));
}

const emptyPage = (): Content => ({ balances: [], unavailable: [], reservations: [], voids: [] });

function inPages(ledger: Ledger): readonly Content[] {
  let page = emptyPage();
  let bytes = 0;
  const pages = [page];
  const add = <Key extends keyof Content>(list: Key, entry: Content[Key][number]) => {
    const size = Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (bytes > 0 && bytes + size > PAGE_BYTES) {
      page = emptyPage();
      pages.push(page);
      bytes = 0;
    }
    bytes += size;
    const entries: Content[Key][number][] = page[list];
    entries.push(entry);
  };
  const byKey = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);
  for (const [sku, { onHand }] of [...ledger.stock].sort(byKey)) add("balances", { sku, onHand });
  for (const sku of [...ledger.unavailable].sort()) add("unavailable", sku);
  for (const [reservationId, { status, lines }] of [...ledger.reservations].sort(byKey)) {
    if (status === "open") add("reservations", { reservationId, lines });
    if (status === "voided") add("voids", reservationId);
  }
  return pages;
}
