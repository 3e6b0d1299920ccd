import { computed } from "@preact/signals";
import { language } from "./catalogue.ts";
import { deCourier } from "./de/courier.ts";
import { enCourier } from "./en/courier.ts";

const languages = { en: enCourier, de: deCourier };

/** The texts of the courier's page in the chosen language; loaded with it alone. */
export const courierWords = computed<(typeof languages)["en"]>(() => languages[language.value]);
