import { signal } from "@preact/signals";

/** The event that the timeline is asked to open and show; also one that a filter hides, or that is folded. */
export const asked = signal<{ readonly revision: string } | undefined>(undefined);

/** Shows an event in the timeline, opened. */
export const showEvent = (revision: string): void => {
  asked.value = { revision };
};
