import { computed, effect } from "@preact/signals";
import { storedSignal } from "../state/stored.ts";
import { de } from "./de/common.ts";
import { deShop } from "./de/shop.ts";
import { deTracker } from "./de/tracker.ts";
import { en } from "./en/common.ts";
import { enShop } from "./en/shop.ts";
import { enTracker } from "./en/tracker.ts";

const languages = {
  en: { ...en, ...enShop, tracker: enTracker },
  de: { ...de, ...deShop, tracker: deTracker },
};

export type Language = keyof typeof languages;
export type Messages = (typeof languages)["en"];

const wished = (): Language => (navigator.language.toLowerCase().startsWith("de") ? "de" : "en");

const chosen = storedSignal<Language | undefined>("language", undefined);

/** The language of the screens: as chosen here, else the browser's, else English. */
export const language = computed<Language>(() => chosen.signal.value ?? wished());

/** The texts in that language. */
export const messages = computed<Messages>(() => languages[language.value]);

/** Changes over to a language, and keeps the choice. */
export const chooseLanguage = (to: Language): boolean => chosen.set(to);

effect(() => {
  document.documentElement.lang = language.value;
});
