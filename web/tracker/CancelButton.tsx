import { useSignal } from "@preact/signals";
import type { OrderView } from "../../projections/views.ts";
import { postCancel } from "../api/endpoints.ts";
import { messages } from "../messages/catalogue.ts";
import { formatMoney } from "../messages/format.ts";
import { newId } from "../state/ids.ts";
import { noteAnswer, seatFor } from "../state/order/own-orders.ts";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";

type Stage = "idle" | "sure" | "sending";

/** What cancelling does with the money. */
function moneyBack({ payment, total }: OrderView): string {
  const words = messages.value.tracker;
  if (payment.status !== "confirmed") return words.cancelUnpaid;
  return words.cancelPaid(formatMoney({ ...total, amount: total.amount - payment.refunded }));
}

/** Cancels the order after asking once more; says so when that did not work. */
export function CancelButton({ view, onDone }: { view: OrderView; onDone: () => void }) {
  const { orderId } = view;
  const stage = useSignal<Stage>("idle");
  const trouble = useSignal<unknown>(undefined);
  const key = useSignal(newId());
  const words = messages.value.tracker;
  const cancel = async () => {
    if (stage.value === "sending") return;
    stage.value = "sending";
    trouble.value = undefined;
    try {
      // The same key for every try: a cancellation that got through without an answer is not made twice.
      const { data } = await postCancel(seatFor(orderId), orderId, undefined, key.value);
      noteAnswer(orderId, data);
    } catch (error) {
      trouble.value = error;
    }
    stage.value = "idle";
    onDone();
  };
  return (
    <div class="cancel">
      {trouble.value !== undefined && <Notice kind="bad">{sentenceOf(trouble.value)}</Notice>}
      {stage.value === "idle" && (
        <button
          type="button"
          class="button plain"
          onClick={() => {
            stage.value = "sure";
          }}
        >
          {words.cancel}
        </button>
      )}
      {stage.value === "sure" && (
        <div class="card sure" role="alertdialog" aria-label={words.cancelSure}>
          <p>
            <strong>{words.cancelSure}</strong> {moneyBack(view)}
          </p>
          <div class="choice-row">
            <button type="button" class="button" onClick={() => void cancel()}>
              {words.cancelYes}
            </button>
            <button
              type="button"
              class="button main"
              ref={(button) => button?.focus()}
              onClick={() => {
                stage.value = "idle";
              }}
            >
              {words.cancelNo}
            </button>
          </div>
        </div>
      )}
      {stage.value === "sending" && (
        <button type="button" class="button" disabled>
          {words.cancelling}
        </button>
      )}
    </div>
  );
}
