/** What a page says to a service worker: to take over from the one before, or which script it runs itself. */
export type ToWorker = "take-over" | { readonly script: string };

/** What the worker answers: its version, and whether the page's script belongs to it. */
export interface ToPage {
  readonly version: string;
  readonly same: boolean;
}
