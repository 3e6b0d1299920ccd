import { signal } from "@preact/signals";

const asked = matchMedia("(prefers-color-scheme: dark)");

/** Whether the system wishes for a dark theme: for what is drawn and not styled. */
export const prefersDark = signal(asked.matches);

asked.addEventListener("change", ({ matches }) => {
  prefersDark.value = matches;
});
