import type { Clock } from "../../infra/clock.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import type { CustomerKeys } from "../../infra/keys/customer-keys.ts";
import type { CourierTelemetry } from "../gateways/courier-gateway.ts";
import type { LedgerSequencer } from "../inventory/sequencer.ts";
import type { PlaceOrder } from "../orders/place.ts";
import type { StreamWriter } from "../writing/writer.ts";

/** What the routes of the write side work with. */
export interface CommandServices {
  readonly writer: StreamWriter;
  readonly store: EventStore;
  readonly placeOrder: PlaceOrder;
  readonly ledgers: LedgerSequencer;
  readonly keys: CustomerKeys;
  readonly fingerprintKey: Uint8Array;
  readonly clock: Clock;
  /** Where positions of couriers are handed on to. */
  readonly couriersApp: CourierTelemetry;
}
