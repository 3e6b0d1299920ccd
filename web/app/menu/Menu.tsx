import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { messages } from "../../messages/catalogue.ts";
import { Icon } from "../../ui/Icon.tsx";
import { Later } from "../Later.tsx";
import { place } from "../router.ts";

const panel = () => import("./MenuPanel.tsx").then(({ MenuPanel }) => MenuPanel);

/** The menu of every page: who is here, where to go, language, light and dark, the keys. Fetched when it is opened. */
export function Menu() {
  const sheet = useRef<HTMLElement>(null);
  const open = useSignal(false);
  const words = messages.value.common;
  const at = place.value;
  // A page that was gone to is not covered by the menu that led there.
  useEffect(() => {
    if (sheet.current?.matches(":popover-open")) sheet.current.hidePopover();
  }, [at]);
  const close = () => sheet.current?.hidePopover();
  return (
    <>
      <button type="button" class="menu-button" popovertarget="menu" aria-expanded={open.value} aria-controls="menu">
        <Icon name="menu" />
        <span class="wide-only">{words.menu}</span>
      </button>
      <section
        ref={sheet}
        id="menu"
        class="menu"
        popover="auto"
        aria-label={words.menu}
        onToggle={(event) => {
          open.value = event.newState === "open";
        }}
      >
        {open.value && <Later load={panel} close={close} />}
      </section>
    </>
  );
}
