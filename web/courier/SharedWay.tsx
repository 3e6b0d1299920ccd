import { courierWords } from "../messages/courier.ts";
import type { Sharing } from "../state/courier/sharing.ts";
import { Icon } from "../ui/Icon.tsx";

/** Whether the customer sees how the courier comes along: why, and how to change it. Nothing is asked before a tap. */
export function SharedWay({ sharing }: { sharing: Sharing }) {
  const words = courierWords.value.way;
  const state = sharing.state.value;
  if (state === "impossible") return null;
  if (state === "unasked") {
    return (
      <section class="card shared-way" aria-labelledby="shared-way-title">
        <h3 id="shared-way-title">
          <Icon name="pin" />
          {words.ask}
        </h3>
        <p>{words.why}</p>
        <div class="links">
          <button type="button" class="button plain" onClick={sharing.decline}>
            {words.no}
          </button>
          <button type="button" class="button" onClick={sharing.start}>
            {words.yes}
          </button>
        </div>
      </section>
    );
  }
  const shares = state === "on" || state === "finding";
  return (
    <div class="shared-way brief" data-state={state}>
      <p class="small" role="status">
        <Icon name="pin" />
        {words.states[state]}
      </p>
      <button type="button" class="button plain" onClick={shares ? sharing.decline : sharing.start}>
        {shares ? words.stop : words.yes}
      </button>
    </div>
  );
}
