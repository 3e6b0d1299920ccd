import type { FactValue, OrderView } from "../../../projections/views.ts";
import { messages } from "../../messages/catalogue.ts";
import { formatMoney, stationName } from "../../messages/format.ts";
import { factName, factValue, supportWords } from "../../messages/support.ts";
import { formatDayThere } from "../../messages/support-format.ts";

/** What an order's ids are called by people. */
export interface OrderNames {
  /** The clock that times are read by: that of the order's site. */
  readonly timeZone: string;
  /** Names of sites and items by their ids. */
  readonly names: ReadonlyMap<string, string>;
  /** An order of one part is not spoken of in parts. */
  readonly isWhole: boolean;
}

export const namesOf = ({ fulfilments }: OrderView): OrderNames => ({
  timeZone: fulfilments[0]?.timeZone ?? "UTC",
  names: new Map(
    fulfilments.flatMap(({ siteId, siteName, lines }) => [
      [siteId, siteName] as const,
      ...lines.map(({ sku, name }) => [sku, name] as const),
    ]),
  ),
  isWhole: fulfilments.length === 1,
});

const PART = /^part \S+: (.+)$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const AMOUNT = /^(\d+)(?:\.(\d+))? ([A-Z]{3})$/;
const STATIONS: ReadonlySet<string> = new Set(["in work", "stations done"]);

/** What can be said of an order, as people call it. */
export const factTitle = (what: string, { isWhole }: OrderNames): string =>
  factName((isWhole && PART.exec(what)?.[1]) || what);

/** A value as people read it: ids by their names, a time by the clock where the order is made. */
export function factText(what: string, value: FactValue, { timeZone, names }: OrderNames): string {
  const { look } = supportWords.value;
  if (value === undefined) return "–";
  if (value === true) return look.yes;
  if (value === false) return look.no;
  const fact = PART.exec(what)?.[1] ?? what;
  const text = String(value);
  const statuses: Readonly<Record<string, string>> = messages.value.statuses;
  if (fact === "status" || fact === "ended as") return statuses[text] ?? text;
  if (INSTANT.test(text)) return formatDayThere(text, timeZone);
  const sum = AMOUNT.exec(text);
  if (sum) return formatMoney({ amount: Number(`${sum[1]}${sum[2] ?? ""}`), currency: sum[3] ?? "" });
  return text
    .split(", ")
    .map((one) => names.get(one) ?? (STATIONS.has(fact) ? stationName(one) : factValue(one)))
    .join(", ");
}
