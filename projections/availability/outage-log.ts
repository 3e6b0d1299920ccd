import type { LedgerEvent } from "../../domain/inventory/events.ts";
import type { Folded, OutageCause, OutageEnd, OutageRow, StockRow } from "./row-shapes.ts";

/** What the row of a SKU holds besides the ledger's state. */
export type Marks = Pick<StockRow, "stocked" | "outSince" | "version">;

/** Of a SKU that was never seen. */
export const NO_MARKS: Marks = { stocked: false, outSince: undefined, version: 0n };

/** Why an outage begins with an event of this type. */
export const causeOf = (type: LedgerEvent["type"], marked: boolean): OutageCause => {
  if (marked) return "marked_unavailable";
  if (type === "ledger.counted") return "counted";
  return type === "ledger.opened" ? "carried_over" : "sold_out";
};

/** Outages of one site that began or ended in a batch. */
export class Outages {
  readonly #began = new Map<string, Omit<OutageRow, "siteId">>();
  readonly #ended: Omit<OutageEnd, "siteId">[] = [];

  begin(outage: Omit<OutageRow, "siteId" | "endedAt">): void {
    this.#began.set(`${outage.sku}/${outage.version}`, { ...outage, endedAt: undefined });
  }

  end(sku: string, version: bigint, endedAt: string): void {
    const key = `${sku}/${version}`;
    const begun = this.#began.get(key);
    if (begun) this.#began.set(key, { ...begun, endedAt });
    else this.#ended.push({ sku, version, endedAt });
  }

  rowsOf(siteId: string): Pick<Folded, "began" | "ended"> {
    const ofSite = <Row extends object>(row: Row) => ({ siteId, ...row });
    return { began: [...this.#began.values()].map(ofSite), ended: this.#ended.map(ofSite) };
  }
}
