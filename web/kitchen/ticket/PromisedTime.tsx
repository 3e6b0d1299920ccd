import { useComputed } from "@preact/signals";
import { kitchenWords } from "../../messages/kitchen.ts";
import { coarseNow } from "../../state/kitchen/coarse-clock.ts";
import { Icon } from "../../ui/Icon.tsx";
import { shortTime } from "./short-time.ts";

/** When the customer was told that it comes; said when that has passed. */
export function PromisedTime({ at }: { at: string }) {
  const promised = Date.parse(at);
  const late = useComputed(() => coarseNow.value > promised).value;
  const words = kitchenWords.value;
  return (
    <span class="for-time" data-late={late}>
      {late ? (
        <>
          <Icon name="warning" />
          <span class="unseen">{words.promiseLate}: </span>
        </>
      ) : (
        <span class="for">{words.promised} </span>
      )}
      <strong>{shortTime(at)}</strong>
    </span>
  );
}
