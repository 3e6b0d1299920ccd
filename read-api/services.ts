import type { Pool } from "pg";
import type { DeliveryPins } from "../domain/order/delivery-pin.ts";
import type { Principal } from "../infra/auth/principal.ts";
import type { Clock } from "../infra/clock.ts";
import type { EventStore } from "../infra/event-store/port.ts";
import type { Log } from "../infra/log.ts";
import type { CustomerFinder } from "../projections/customers/search/find.ts";
import type { LiveSchemas } from "../projections/runner/generations.ts";
import type { CourierPositions } from "./courier-way/courier-positions.ts";
import type { ToldAhead } from "./orders/told-ahead.ts";
import type { KeySource } from "./personal.ts";
import type { ReadPositions } from "./positions.ts";
import type { ReplayCatalogue } from "./replay/replay-services.ts";

/** Where it is recorded that somebody of the staff was shown an order, or how to reach a customer. */
export interface AccessLog {
  /** Resolves when the reading is on record; nothing is shown before. */
  record(principal: Principal, orderId: string, what: "order" | "timeline" | "live"): Promise<void>;
  /** The same for the contacts of customers. */
  recordCustomers(principal: Principal, customerIds: readonly string[]): Promise<void>;
}

/** What the read side works with. */
export interface ReadServices {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly schemas: LiveSchemas;
  readonly positions: ReadPositions;
  readonly told: ToldAhead;
  readonly keys: KeySource;
  /** Business time. */
  readonly clock: Clock;
  readonly log: Log;
  readonly access: AccessLog;
  /** Finds customers by what they said of themselves. */
  readonly finder: CustomerFinder;
  readonly replay: ReplayCatalogue;
  /** Where couriers are, live. */
  readonly couriers: CourierPositions;
  /** PINs of deliveries. */
  readonly pinOf: DeliveryPins;
}
