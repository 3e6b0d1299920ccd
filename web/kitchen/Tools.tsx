import type { Signal } from "@preact/signals";
import { kitchenTheme, switchKitchenTheme } from "../app/theme.ts";
import { kitchenWords } from "../messages/kitchen.ts";
import { allowSound, isMuted, mayBeHeard, switchSound } from "../state/kitchen/sound.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";
import type { Panel } from "./keys.ts";

interface ToolsProps {
  readonly panel: Signal<Panel>;
  /** The view of the pass is shown. */
  readonly expo: boolean;
  readonly switchExpo: () => void;
}

/** The display's own switches. */
export function Tools({ panel, expo, switchExpo }: ToolsProps) {
  const words = kitchenWords.value;
  const dark = kitchenTheme.value === "dark";
  const asks = !isMuted.value && !mayBeHeard.value;
  const toggle = (which: Panel) => () => {
    panel.value = panel.value === which ? "none" : which;
  };
  return (
    <>
      <Tool icon="hand" word={words.expo} pressed={expo} onClick={switchExpo} />
      <Tool icon="list" word={words.allDay} pressed={panel.value === "all-day"} onClick={toggle("all-day")} />
      <Tool icon="shop" word={words.stations} pressed={panel.value === "stations"} onClick={toggle("stations")} />
      <Tool icon="basket" word={words.offSale} pressed={panel.value === "off-sale"} onClick={toggle("off-sale")} />
      <Tool
        icon={isMuted.value || asks ? "mute" : "sound"}
        word={isMuted.value ? words.soundOff : asks ? words.soundAsk : words.soundOn}
        asks={asks}
        small={!asks}
        onClick={asks ? allowSound : switchSound}
      />
      <Tool icon={dark ? "sun" : "moon"} word={dark ? words.light : words.dark} small onClick={switchKitchenTheme} />
    </>
  );
}

interface ToolProps {
  readonly icon: IconName;
  readonly word: string;
  readonly pressed?: boolean;
  /** Drawn as its icon alone. */
  readonly small?: boolean;
  /** Something is missing until it is touched, so that its word is shown on every screen. */
  readonly asks?: boolean;
  readonly onClick: () => void;
}

const Tool = ({ icon, word, pressed, small = false, asks = false, onClick }: ToolProps) => (
  <button type="button" class="tool" data-asks={asks} aria-pressed={pressed} title={word} onClick={onClick}>
    <Icon name={icon} />
    <span class={small ? "unseen" : "tool-word"}>{word}</span>
  </button>
);
