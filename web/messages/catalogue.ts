import { computed, effect } from "@preact/signals";
import { storedSignal } from "../state/stored.ts";
import { de } from "./de.ts";
import { deKitchen, deRoles } from "./de-kitchen.ts";
import { deShop } from "./de-shop.ts";
import { deTracker } from "./de-tracker.ts";
import { en } from "./en.ts";
import { enKitchen, enRoles } from "./en-kitchen.ts";
import { enShop } from "./en-shop.ts";
import { enTracker } from "./en-tracker.ts";

const languages = {
  en: { ...en, ...enShop, tracker: enTracker, kitchen: enKitchen, roles: enRoles },
  de: { ...de, ...deShop, tracker: deTracker, kitchen: deKitchen, roles: deRoles },
};

export type Language = keyof typeof languages;
export type Messages = (typeof languages)["en"];

const wished = (): Language => (navigator.language.toLowerCase().startsWith("de") ? "de" : "en");

const chosen = storedSignal<Language | undefined>("language", undefined);

/** The language of the screens: as chosen here, else the browser's, else English. */
export const language = computed<Language>(() => chosen.signal.value ?? wished());

/** The texts in that language. */
export const messages = computed<Messages>(() => languages[language.value]);

/** Changes over to the other language, and keeps the choice. */
export const switchLanguage = (): boolean => chosen.set(language.value === "de" ? "en" : "de");

effect(() => {
  document.documentElement.lang = language.value;
});
