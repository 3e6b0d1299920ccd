import { computed } from "@preact/signals";
import { language } from "./catalogue.ts";
import { deAnalyst } from "./de/analyst.ts";
import { deCharts } from "./de/charts.ts";
import { deQuestions } from "./de/questions.ts";
import { enAnalyst } from "./en/analyst.ts";
import { enCharts } from "./en/charts.ts";
import { enQuestions } from "./en/questions.ts";

const languages = {
  en: { ...enAnalyst, ...enQuestions, charts: enCharts },
  de: { ...deAnalyst, ...deQuestions, charts: deCharts },
};

/**
 * The texts of the analyst's page in the chosen language. They are a part of the one catalogue that lies apart, since
 * nobody else has to load them.
 */
export const analystWords = computed<(typeof languages)["en"]>(() => languages[language.value]);
