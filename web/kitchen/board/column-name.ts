import { stationName } from "../../messages/format.ts";
import { kitchenWords } from "../../messages/kitchen.ts";
import { type ColumnId, NEW, READY } from "../../state/kitchen/acts.ts";

/** What a column is called. */
export function columnName(column: ColumnId): string {
  const words = kitchenWords.value.columns;
  if (column === NEW) return words.new;
  return column === READY ? words.ready : stationName(column);
}
