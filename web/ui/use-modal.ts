import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * A dialog that is open as long as it is drawn, and keeps everything else out of reach meanwhile. It is open before the
 * next key arrives: who types a key that asks and Enter at once answers the question, not the row behind it. The focus
 * goes back to where it came from; where that is gone, to `otherwise`.
 */
export function useModal(otherwise?: string): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      shown?.close();
      if (otherwise === undefined || document.activeElement !== document.body) return;
      document.querySelector<HTMLElement>(otherwise)?.focus();
    };
  }, []);
  return dialog;
}
