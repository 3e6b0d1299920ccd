import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { OrderView } from "../../../projections/views.ts";
import { getDeliveryPin } from "../../api/endpoints.ts";
import { supportWords } from "../../messages/support.ts";
import { principalAt } from "../../state/auth.ts";

const AGAIN_MS = 3_000;

/** The PIN that the customer says at the door, for an agent who has them on the phone; only while it is due. */
export function PinOnPhone({ order: { orderId, status } }: { order: OrderView }) {
  const pin = useSignal<string | undefined>(undefined);
  const due = status === "picked_up" && principalAt("desk")?.role === "support";
  useEffect(() => {
    pin.value = undefined;
    if (!due) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    const ask = async () => {
      const found = await getDeliveryPin("desk", orderId).catch(() => undefined);
      if (left) return;
      pin.value = found?.data.pin;
      if (pin.value === undefined) timer = setTimeout(ask, AGAIN_MS);
    };
    void ask();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [due, orderId]);
  if (!due || pin.value === undefined) return null;
  return (
    <p>
      {supportWords.value.who.pin} <strong>{pin.value}</strong>
    </p>
  );
}
