import { formatWhen } from "../messages/format.ts";
import { kitchenWords } from "../messages/kitchen.ts";
import type { LastSeen } from "../state/kitchen/last-seen.ts";
import { Blank } from "../ui/Blank.tsx";

interface UnreachedProps {
  readonly seen: LastSeen | undefined;
  readonly tryNow: () => void;
}

/** A display that was switched on without a connection: what was known last, what happens by itself, and what to do. */
export function Unreached({ seen, tryNow }: UnreachedProps) {
  const words = kitchenWords.value.unreached;
  return (
    <Blank icon="cut" title={words.title}>
      {seen && <p>{words.last(formatWhen(seen.at), seen.open)}</p>}
      <p>{words.byItself}</p>
      <p class="quiet">{words.look}</p>
      <button type="button" class="button main" onClick={tryNow}>
        {words.tryNow}
      </button>
    </Blank>
  );
}
