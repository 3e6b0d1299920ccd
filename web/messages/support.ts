import { computed } from "@preact/signals";
import { language } from "./catalogue.ts";
import { deSupport } from "./de/support.ts";
import { deSupportFacts, deSupportValues } from "./de/support-facts.ts";
import { enSupport } from "./en/support.ts";

const languages = { en: enSupport, de: deSupport };

/** The texts of the support console in the chosen language; loaded with it alone. */
export const supportWords = computed<(typeof languages)["en"]>(() => languages[language.value]);

const PART = /^part (\S+): (.+)$/;
const NOTICE = /^notice (\S+) by (\w+)(?:: (.+))?$/;

/** What the server calls something that can be said of an order, in the chosen language. */
export function factName(what: string): string {
  if (language.value === "en") return what;
  const part = PART.exec(what);
  if (part) return `Teil ${part[1]}: ${deSupportFacts[part[2] ?? ""] ?? part[2]}`;
  const notice = NOTICE.exec(what);
  if (notice) {
    const more = notice[3] === undefined ? "" : `: ${deSupportFacts[notice[3]] ?? notice[3]}`;
    return `Nachricht ${notice[1]} (${notice[2]})${more}`;
  }
  return deSupportFacts[what] ?? what;
}

/** A word that the server says of an order, in the chosen language; numbers, ids and sums are as they are. */
export const factValue = (value: string): string =>
  language.value === "en" ? value : (deSupportValues[value] ?? value);
