import { computed } from "@preact/signals";
import { language } from "./catalogue.ts";
import { dePhone } from "./de/phone.ts";
import { enPhone } from "./en/phone.ts";

const languages = { en: enPhone, de: dePhone };

/** The texts of the page for phone orders in the chosen language; loaded with it alone. */
export const phoneWords = computed<(typeof languages)["en"]>(() => languages[language.value]);
