import { useEffect, useState } from "preact/hooks";
import { type Tracking, trackOrder } from "../state/order/tracking.ts";

/** Follows an order while its page is shown. */
export function useTracking(orderId: string): Tracking | undefined {
  const [tracking, setTracking] = useState<Tracking>();
  useEffect(() => {
    const started = trackOrder(orderId);
    setTracking(started);
    return () => started.stop();
  }, [orderId]);
  return tracking;
}
