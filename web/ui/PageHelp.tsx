import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { messages } from "../messages/catalogue.ts";
import { KeyHelp } from "./KeyHelp.tsx";
import { handlePageKey } from "./page-keys.ts";

/** Keys and what they do. */
export type Keys = readonly (readonly [key: string, what: string])[];

/**
 * The help that `?` opens: the page's own keys, and those of every page. A page that answers `?` itself is asked first,
 * since it hears the key before the window does.
 */
export function PageHelp({ keys = [] }: { keys?: Keys | undefined }) {
  const open = useSignal(false);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) =>
      handlePageKey(event, (key) => (key === "?" ? () => (open.value = true) : undefined));
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [open]);
  if (!open.value) return null;
  const words = messages.value.common;
  return (
    <KeyHelp
      title={words.keys}
      keys={[...keys, ...words.everywhereKeys]}
      onClose={() => {
        open.value = false;
      }}
    />
  );
}

/** Opens the help of the page, as the key does. */
export const askForHelp = (): boolean =>
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true, cancelable: true }));
