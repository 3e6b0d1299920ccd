import type { LetterState } from "../../api/dead-letters.ts";
import { operationsWords } from "../../messages/operations.ts";
import { Icon, type IconName } from "../../ui/Icon.tsx";

const LOOKS: Record<LetterState, { readonly kind: "plain" | "good" | "warn"; readonly icon: IconName }> = {
  parked: { kind: "warn", icon: "hand" },
  redriven: { kind: "good", icon: "check" },
  discarded: { kind: "plain", icon: "cross" },
};

/** Where a letter stands: a sign and a word. */
export const LetterTag = ({ state }: { state: LetterState }) => (
  <span class="tag" data-kind={LOOKS[state].kind}>
    <Icon name={LOOKS[state].icon} />
    {operationsWords.value.dead.states[state]}
  </span>
);
