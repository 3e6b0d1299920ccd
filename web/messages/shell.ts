import { computed } from "@preact/signals";
import { language } from "./catalogue.ts";
import { deShell } from "./de/shell.ts";
import { enShell } from "./en/shell.ts";

const languages = { en: enShell, de: deShell };

/** The texts of start page, sign-in and menu in the chosen language; loaded when one of them is opened. */
export const shellWords = computed<(typeof languages)["en"]>(() => languages[language.value]);
