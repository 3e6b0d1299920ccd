import { computed } from "@preact/signals";
import { language } from "./catalogue.ts";
import { deAccount } from "./de/account.ts";
import { enAccount } from "./en/account.ts";

const languages = { en: enAccount, de: deAccount };

/** The texts of account and receipt in the chosen language; loaded with them alone. */
export const accountWords = computed<(typeof languages)["en"]>(() => languages[language.value]);
