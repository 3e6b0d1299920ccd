import { useRef } from "preact/hooks";
import { newId } from "../../state/ids.ts";

/**
 * The Idempotency-Key of a wish: the same as long as the same is asked for, so that asking again after a lost answer does
 * nothing twice. `done` ends it: the next one is a new wish, whatever it asks for.
 */
export function useWish(): { keyFor(body: unknown): string; done(): void } {
  const kept = useRef<{ readonly body: string; readonly key: string } | undefined>(undefined);
  return {
    keyFor(body) {
      const text = JSON.stringify(body) ?? "";
      if (kept.current?.body !== text) kept.current = { body: text, key: newId() };
      return kept.current.key;
    },
    done() {
      kept.current = undefined;
    },
  };
}
