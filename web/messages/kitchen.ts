import { computed } from "@preact/signals";
import { language } from "./catalogue.ts";
import { deKitchen } from "./de/kitchen.ts";
import { enKitchen } from "./en/kitchen.ts";

const languages = { en: enKitchen, de: deKitchen };

/** The texts of the kitchen display in the chosen language; loaded with it alone. */
export const kitchenWords = computed<(typeof languages)["en"]>(() => languages[language.value]);
