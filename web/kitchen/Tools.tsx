import type { Signal } from "@preact/signals";
import { kitchenTheme, switchKitchenTheme } from "../app/theme.ts";
import { messages } from "../messages/catalogue.ts";
import { isMuted, mayBeHeard, switchSound } from "../state/kitchen/sound.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";
import type { Panel } from "./keys.ts";

/** The display's own switches. */
export function Tools({ panel }: { panel: Signal<Panel> }) {
  const words = messages.value.kitchen;
  const dark = kitchenTheme.value === "dark";
  const sound = isMuted.value ? words.soundOff : mayBeHeard.value ? words.soundOn : words.soundAsk;
  const toggle = (which: Panel) => {
    panel.value = panel.value === which ? "none" : which;
  };
  return (
    <>
      <Tool icon="list" word={words.allDay} pressed={panel.value === "all-day"} onClick={() => toggle("all-day")} />
      <Tool
        icon={isMuted.value ? "mute" : "sound"}
        word={sound}
        onClick={() => (mayBeHeard.value || isMuted.value) && switchSound()}
      />
      <Tool icon={dark ? "sun" : "moon"} word={dark ? words.light : words.dark} onClick={switchKitchenTheme} />
      <Tool icon="keys" word={words.keys} pressed={panel.value === "keys"} onClick={() => toggle("keys")} />
    </>
  );
}

interface ToolProps {
  readonly icon: IconName;
  readonly word: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

const Tool = ({ icon, word, pressed, onClick }: ToolProps) => (
  <button type="button" class="tool" aria-pressed={pressed} title={word} onClick={onClick}>
    <Icon name={icon} />
    <span class="tool-word">{word}</span>
  </button>
);
