import { computed } from "@preact/signals";
import { language } from "./catalogue.ts";
import { deOperations } from "./de/operations.ts";
import { deOverview } from "./de/overview.ts";
import { enOperations } from "./en/operations.ts";
import { enOverview } from "./en/overview.ts";

const languages = {
  en: { ...enOperations, overview: enOverview, runbook: enOverview.runbook },
  de: { ...deOperations, overview: deOverview, runbook: deOverview.runbook },
};

/** The texts of the operations pages in the chosen language; loaded with them alone. */
export const operationsWords = computed<(typeof languages)["en"]>(() => languages[language.value]);
