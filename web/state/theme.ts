import { computed, signal } from "@preact/signals";
import { storedSignal } from "./stored.ts";

export type Theme = "light" | "dark";
export type ThemeChoice = Theme | "system";

const asked = matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(asked.matches);

asked.addEventListener("change", ({ matches }) => {
  systemDark.value = matches;
});

const general = storedSignal<ThemeChoice>("theme", "system");
const kitchen = storedSignal<ThemeChoice>("kitchen-theme", "dark");

/** What was chosen for a kitchen's display, dark unless somebody wants it otherwise, or for all other pages. */
export const themeChoice = (isKitchen: boolean): ThemeChoice => (isKitchen ? kitchen : general).signal.value;

/** Keeps a choice; returns false when this browser would not keep it. */
export const chooseTheme = (isKitchen: boolean, choice: ThemeChoice): boolean =>
  (isKitchen ? kitchen : general).set(choice);

/** What a page looks like by a choice. */
export const themeOf = (choice: ThemeChoice): Theme =>
  choice === "system" ? (systemDark.value ? "dark" : "light") : choice;

/** Whether pages other than the kitchen's are dark: for what is drawn and not styled. */
export const isDark = computed(() => themeOf(general.signal.value) === "dark");
