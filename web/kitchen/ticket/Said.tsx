import { ApiProblem, NoAnswer } from "../../api/problem.ts";
import { kitchenWords } from "../../messages/kitchen.ts";
import type { Entry } from "../../state/kitchen/entry.ts";
import { Icon } from "../../ui/Icon.tsx";
import { sentenceOf } from "../../ui/trouble.ts";

interface SaidProps {
  readonly entry: Entry;
  /** Whether it is said in this place. */
  readonly here?: () => boolean;
}

/**
 * What became of the last touch, where it was not simply done. It lies over the ticket, above its button, until the
 * ticket is touched again: nothing moves.
 */
export function Said({ entry, here }: SaidProps) {
  const words = kitchenWords.value;
  const trouble = entry.trouble.value;
  const said = entry.said.value;
  if ((trouble === undefined && said === undefined) || here?.() === false) return null;
  if (trouble === undefined) {
    return (
      <p class="said" role="alert">
        <Icon name="hand" />
        {said === undefined ? "" : words.said[said]}
      </p>
    );
  }
  return (
    <p class="said" data-bad role="alert">
      <Icon name="warning" />
      <span>
        <strong>{words.notDone}.</strong> {whyNot(trouble)}
      </span>
    </p>
  );
}

/** Why the store has not taken it, in the words of a kitchen. */
function whyNot(trouble: unknown): string {
  const { notSent, refusals } = kitchenWords.value;
  if (trouble instanceof NoAnswer) return notSent;
  const known = trouble instanceof ApiProblem ? refusals[trouble.code] : undefined;
  return known ?? sentenceOf(trouble);
}
