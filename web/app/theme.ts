import { storedSignal } from "../state/stored.ts";

export type Theme = "light" | "dark";

const kitchen = storedSignal<Theme>("kitchen-theme", "dark");

/** The kitchen's own choice; dark unless somebody wants it light. */
export const kitchenTheme = kitchen.signal;

export const switchKitchenTheme = (): boolean => kitchen.set(kitchen.signal.value === "dark" ? "light" : "dark");

/** The theme that a page asks for; undefined leaves it to the system's wish. */
export const pageTheme = (isKitchen: boolean): Theme | undefined => (isKitchen ? kitchenTheme.value : undefined);
