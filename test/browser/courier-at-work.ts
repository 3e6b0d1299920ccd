import { courier } from "../../cli/simulate/couriers.ts";

/** Puts one courier on shift in Berlin, who takes and delivers whatever is offered. Returns how to end the shift. */
export function courierAtWork(base: string): () => Promise<void> {
  const control = new AbortController();
  const working = courier(
    {
      base,
      signal: control.signal,
      seed: 1,
      rate: 0,
      orders: 0,
      couriers: 1,
      city: "Berlin",
      stepMs: 1_000,
      cancelShare: 0,
    },
    { placed: 0, refused: 0, cancelled: 0, made: 0, delivered: 0 },
    1,
  );
  return async () => {
    control.abort();
    await working.catch(() => {});
  };
}
