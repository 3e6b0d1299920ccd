import { computed } from "@preact/signals";
import { language } from "./catalogue.ts";
import { deGoods } from "./de/goods.ts";
import { enGoods } from "./en/goods.ts";

const languages = { en: enGoods, de: deGoods };

/** The texts of the pages for catalogue and sites in the chosen language; loaded with them alone. */
export const goodsWords = computed<(typeof languages)["en"]>(() => languages[language.value]);
