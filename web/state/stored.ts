import { type Signal, signal } from "@preact/signals";

const PREFIX = "ordertrail.";

/** Reads what was kept under a name; undefined when there is nothing, or nothing that can be read. */
export function readStored<T>(name: string): T | undefined {
  try {
    const text = localStorage.getItem(PREFIX + name);
    // Only this program writes under its prefix; a shape that changed gets another name.
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

/** Keeps a value under a name before returning, or says that the browser would not (private mode, full). */
export function writeStored(name: string, value: unknown): boolean {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export interface StoredSignal<T> {
  readonly signal: Signal<T>;
  /** Writes to the browser's storage first, then to the signal. */
  set(value: T): boolean;
}

/** A signal whose value outlives the page, and follows what other tabs write. */
export function storedSignal<T>(name: string, initial: T): StoredSignal<T> {
  const kept = signal<T>(readStored<T>(name) ?? initial);
  addEventListener("storage", (event) => {
    if (event.key === PREFIX + name) kept.value = readStored<T>(name) ?? initial;
  });
  return {
    signal: kept,
    set(value) {
      const written = writeStored(name, value);
      kept.value = value;
      return written;
    },
  };
}
