import { useEffect, useState } from "preact/hooks";
import type { OrderView } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { followPin } from "../state/order/delivery-pin.ts";
import type { Tracking } from "../state/order/tracking.ts";

/** The PIN for the courier, large and always in view, for as long as somebody is on the way to the door. */
export function DeliveryPin({ view, tracking }: { view: OrderView; tracking: Tracking }) {
  const [pin] = useState(() => followPin(view.orderId, tracking.view));
  useEffect(() => () => pin.stop(), [pin]);
  const words = messages.value.tracker.deliveryPin;
  const { due, pin: shown } = pin.seen.value;
  if (!due) return null;
  return (
    <section class="delivery-pin" aria-labelledby="delivery-pin-title" aria-busy={shown === undefined}>
      <div>
        <h2 id="delivery-pin-title">{words.title}</h2>
        <p class="quiet small">{shown === undefined ? words.coming : words.hint}</p>
      </div>
      <p class="digits">
        {/* Read out digit by digit, and not as a number. */}
        <span class="unseen">{shown?.split("").join(" ")}</span>
        <strong aria-hidden="true">{shown ?? "····"}</strong>
      </p>
    </section>
  );
}
