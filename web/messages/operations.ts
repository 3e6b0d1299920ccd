import { computed } from "@preact/signals";
import { language } from "./catalogue.ts";
import { deOperations } from "./de-operations.ts";
import { enOperations } from "./en-operations.ts";

const languages = { en: enOperations, de: deOperations };

/** The texts of the operations pages in the chosen language; loaded with them alone. */
export const operationsWords = computed<(typeof languages)["en"]>(() => languages[language.value]);
