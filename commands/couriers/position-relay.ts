import type { CourierPosition, CourierTelemetry } from "../gateways/courier-gateway.ts";

/** Positions on their way to the couriers' app at once; what comes beyond is let go. */
const MOST_AT_ONCE = 200;

/**
 * Hands positions of couriers on to their app. Telemetry: nothing is kept, nothing waits. What cannot be handed on
 * now, because the app is slow or the courier's last one is still on its way, is old by the next one and let go.
 */
export class PositionRelay {
  readonly #app: CourierTelemetry;
  readonly #onTheWay = new Set<string>();

  constructor(app: CourierTelemetry) {
    this.#app = app;
  }

  /** Resolves to whether the app has taken it. */
  async pass(position: CourierPosition, city: string): Promise<boolean> {
    const { courierId } = position;
    if (this.#onTheWay.has(courierId) || this.#onTheWay.size >= MOST_AT_ONCE) return false;
    this.#onTheWay.add(courierId);
    try {
      return (await this.#app.moved(position, city)).ok;
    } finally {
      this.#onTheWay.delete(courierId);
    }
  }
}
