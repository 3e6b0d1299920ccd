import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { freshness } from "../state/freshness.ts";

interface Desk {
  /** The address within the page. */
  readonly place: string;
  /** Whether the caller may see it; a page that is only shown to those who may leaves it out. */
  readonly allowed?: boolean;
  onKey(event: KeyboardEvent, showKeys: () => void): void;
}

/** What the pages for people at a desk have in common. Returns whether the help of the keys is open. */
export function useDesk({ place, allowed = true, onKey }: Desk): Signal<boolean> {
  const help = useSignal(false);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) =>
      onKey(event, () => {
        help.value = true;
      });
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [help, onKey]);
  // What had the focus is gone with its page: the next one is read from its beginning.
  useEffect(() => {
    if (document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>("main h1[tabindex]")?.focus({ preventScroll: true });
  }, [place]);
  // Until something was read here, the line does not speak of the page before.
  useEffect(() => {
    if (!allowed) freshness.value = { kind: "reconnecting" };
  }, [allowed]);
  return help;
}
