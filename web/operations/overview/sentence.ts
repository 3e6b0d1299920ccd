import type { Difference } from "../../api/operations.ts";
import { formatBytes, formatCount } from "../../messages/figures.ts";
import { formatDuration } from "../../messages/format.ts";
import { operationsWords } from "../../messages/operations.ts";
import type { Concern } from "../../state/operations/concern.ts";

/** An outside system at its place, as people call it. */
export function outsideName(system: string, place: string): string {
  const { outside } = operationsWords.value.overview;
  return outside.at(outside.system[system] ?? system, place);
}

/** What a kind of difference means; of a kind that these pages do not know yet, what the server says. */
export const differenceText = ({ kind, text }: Pick<Difference, "kind" | "text">): string =>
  operationsWords.value.overview.differences[kind] ?? text;

const MOST_PLACES = 3;

function placesOf(places: readonly string[]): string {
  const named = places.slice(0, MOST_PLACES).join(", ");
  const others = places.length - MOST_PLACES;
  return others > 0 ? operationsWords.value.overview.outside.andOthers(named, others) : named;
}

/** A concern in a sentence. */
export function sentenceOf(concern: Concern): string {
  const { matter, parts, whom } = operationsWords.value.overview;
  switch (concern.kind) {
    case "differences": {
      const [first] = concern.differences;
      return matter.differences(concern.differences.length, first ? differenceText(first) : "");
    }
    case "compare-failed":
      return matter.compareFailed(concern.error);
    case "compare-late":
      return matter.compareLate;
    case "compare-off":
      return matter.compareOff;
    case "none-paid":
      return matter.nonePaid(concern.placed, concern.minutes);
    case "fewer-placed":
      return matter.fewerPlaced(concern.placed, formatCount(concern.usual), concern.minutes);
    case "nobody-carries":
      return matter.nobodyCarries(concern.orders);
    case "stuck":
      return matter.stuck(concern.orders, whom[concern.whom] ?? concern.whom, formatDuration(concern.longestMs));
    case "consumers-stopped": {
      const names = concern.names.join(", ");
      return concern.stuck ? matter.stuckConsumers(names) : matter.stopped(names);
    }
    case "consumer-late":
      return matter.late(
        concern.name,
        concern.others,
        `${concern.exact ? "" : "≥ "}${formatCount(concern.events)}`,
        formatDuration(concern.seconds * 1_000),
      );
    case "circuit":
      return matter.circuit(outsideName(concern.system, placesOf(concern.places)), concern.waiting);
    case "letters": {
      const said = matter.letters(concern.letters, concern.consumer, concern.error, concern.kinds - 1);
      return concern.money ? `${said} ${matter.lettersMoney}` : said;
    }
    case "disk":
      return matter.disk(formatBytes(concern.freeBytes));
    case "connections":
      return matter.connections(concern.used, concern.most);
    case "broker-away":
      return matter.brokerAway;
    case "log-away":
      return matter.logAway(concern.reason);
    case "unknown":
      return matter.unknown(parts[concern.part], concern.reason);
  }
}
