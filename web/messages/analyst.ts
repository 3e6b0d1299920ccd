import { computed } from "@preact/signals";
import { language } from "./catalogue.ts";
import { deAnalyst } from "./de-analyst.ts";
import { deCharts } from "./de-charts.ts";
import { enAnalyst } from "./en-analyst.ts";
import { enCharts } from "./en-charts.ts";

const languages = {
  en: { ...enAnalyst, charts: enCharts },
  de: { ...deAnalyst, charts: deCharts },
};

/**
 * The texts of the analyst's page in the chosen language. They are a part of the one catalogue that lies apart, since
 * nobody else has to load them.
 */
export const analystWords = computed<(typeof languages)["en"]>(() => languages[language.value]);
