import { effect, signal } from "@preact/signals";
import { readStored, writeStored } from "./stored.ts";

// Whether the server can be reached, for pages that show nothing live: what they show is as old as their last answer.

const KEPT_EVERY_MS = 5_000;
const PROBED_EVERY_MS = 4_000;

/** When the server last answered; outlives the page, so that one opened without a network tells since when. */
let last = readStored<number>("reached");
let kept = last ?? 0;

const since = signal<number | undefined>(undefined);

/** Since when the server has not been reached, epoch milliseconds; undefined while it answers. */
export const cutSince = (): number | undefined => since.value;

/** The server has answered, whatever it said. */
export function reached(): void {
  last = Date.now();
  since.value = undefined;
  if (last - kept < KEPT_EVERY_MS) return;
  kept = last;
  writeStored("reached", last);
}

/** A request got no answer. */
export function notReached(): void {
  since.value ??= last ?? Date.now();
}

async function probe(): Promise<void> {
  try {
    const { status } = await fetch("/sign-in.json", {
      cache: "no-store",
      signal: AbortSignal.timeout(PROBED_EVERY_MS),
    });
    if (status !== 502 && status !== 504) reached();
  } catch {
    notReached();
  }
}

if (!navigator.onLine) notReached();
addEventListener("offline", notReached);
addEventListener("online", () => void probe());

// A page that asks nothing by itself would never learn that the server is back.
effect(() => {
  if (since.value === undefined) return;
  const timer = setInterval(() => {
    if (document.visibilityState === "visible") void probe();
  }, PROBED_EVERY_MS);
  return () => clearInterval(timer);
});
