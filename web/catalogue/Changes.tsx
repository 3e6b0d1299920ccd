import { decimalText } from "../../domain/catalogue/bulk.ts";
import { dayText } from "../../domain/site/hours-text.ts";
import { DAYS, type OpeningHours } from "../../domain/site/opening-hours.ts";
import { messages } from "../messages/catalogue.ts";
import { decimalMark, formatMoney, formatRate, stationName } from "../messages/format.ts";
import { goodsWords } from "../messages/goods.ts";
import type { Difference } from "../state/catalogue/fields.ts";

/** What a form changes, before it is saved. */
export function Changes({ changed }: { changed: readonly Difference[] }) {
  const words = goodsWords.value;
  return (
    <div class="goods-changes">
      <h2>{words.changes}</h2>
      {changed.length === 0 ? <p class="quiet">{words.noChange}</p> : <ChangeList changed={changed} />}
    </div>
  );
}

/** Differences, one a line: of lists, what comes and what goes. */
export const ChangeList = ({ changed }: { changed: readonly Difference[] }) => (
  <ul>
    {changed.map((one) => (
      <li key={one.field}>
        <strong>{goodsWords.value.fields[one.field] ?? one.field}</strong> {said(one)}
      </li>
    ))}
  </ul>
);

const MOST_NAMED = 8;

function said({ field, before, after }: Difference): string {
  const words = goodsWords.value;
  if (before === undefined) return valueText(field, after);
  if (Array.isArray(before) && Array.isArray(after)) {
    const [was, is] = [before.map(String), after.map(String)];
    const [added, removed] = [is.filter((one) => !was.includes(one)), was.filter((one) => !is.includes(one))];
    const parts = [
      ...(added.length > 0 ? [words.added(named(field, added))] : []),
      ...(removed.length > 0 ? [words.removed(named(field, removed))] : []),
    ];
    if (parts.length > 0) return parts.join("; ");
  }
  if (field === "hours") {
    const [was, is] = [before as OpeningHours, (after ?? {}) as OpeningHours]; // as events and forms have them
    return DAYS.filter((day) => dayText(was[day]) !== dayText(is[day]))
      .map(
        (day) =>
          `${words.fields[day]} ${words.fromTo(dayText(was[day]) || words.closedDay, dayText(is[day]) || words.closedDay)}`,
      )
      .join("; ");
  }
  return words.fromTo(valueText(field, before), valueText(field, after));
}

const named = (field: string, list: readonly string[]): string => {
  const shown = list.slice(0, MOST_NAMED).map((one) => (field === "stations" ? stationName(one) : one));
  return `${shown.join(", ")}${list.length > MOST_NAMED ? ` … (${list.length})` : ""}`;
};

/** A value as people read it. */
function valueText(field: string, value: unknown): string {
  const words = goodsWords.value;
  if (value === undefined || value === null || value === "") return words.nothing;
  if (Array.isArray(value)) return value.length === 0 ? words.nothing : named(field, value.map(String));
  if (field === "price") return formatMoney(value as Parameters<typeof formatMoney>[0]);
  if (field === "taxBasisPoints") return formatRate(Number(value));
  if (field === "deliveryFee") return decimalText(Number(value), 2).replace(".", decimalMark.value);
  if (field === "unit") return words.units[value === "g" ? "g" : "each"];
  if (field === "kind") return messages.value.kinds[value as keyof typeof messages.value.kinds] ?? String(value);
  if (field === "cause") return words.causes[value as keyof typeof words.causes] ?? String(value);
  if (field === "position") {
    const { lat, lon } = value as { readonly lat: number; readonly lon: number }; // as events and forms have it
    return `${lat / 1_000_000}, ${lon / 1_000_000}`;
  }
  if (field === "hours") {
    const hours = value as OpeningHours;
    return DAYS.flatMap((day) => (hours[day] ? [`${words.fields[day]} ${dayText(hours[day])}`] : [])).join("; ");
  }
  return String(value);
}
