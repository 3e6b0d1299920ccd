import type { ComponentChildren } from "preact";
import { Header } from "./Header.tsx";
import { Icon } from "./Icon.tsx";
import { KeyHelp } from "./KeyHelp.tsx";
import type { Keys } from "./PageHelp.tsx";
import { useDesk } from "./use-desk.ts";

interface DeskFrameProps {
  readonly title: string;
  readonly home: string;
  /** What the button that shows the keys says. */
  readonly keysLabel: string;
  readonly keys: Keys;
  /** The address within the page. */
  readonly place: string;
  /** False for a part of the page that shows nothing live. */
  readonly live?: boolean;
  readonly class?: string;
  onKey(event: KeyboardEvent, showKeys: () => void): void;
  /** Stands between header and page: the parts of the page. */
  readonly sections?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The frame of pages for people at a desk: header with the keys, parts, page. */
export function DeskFrame(props: DeskFrameProps) {
  const { title, home, keysLabel, keys, place, live = true, class: more = "", onKey, sections, children } = props;
  const help = useDesk({ place, onKey });
  return (
    <div class={`analyst ${more}`}>
      <Header title={title} home={home} live={live}>
        <button
          type="button"
          aria-keyshortcuts="?"
          onClick={() => {
            help.value = true;
          }}
        >
          <Icon name="keys" />
          {keysLabel}
        </button>
      </Header>
      {sections}
      <main class="desk">{children}</main>
      {help.value && (
        <KeyHelp
          title={keysLabel}
          keys={keys}
          onClose={() => {
            help.value = false;
          }}
        />
      )}
    </div>
  );
}
