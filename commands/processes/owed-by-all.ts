import type { Order } from "../../domain/order/state.ts";
import type { Config } from "../../infra/config.ts";
import { owedCourier } from "./courier/owed.ts";
import { owedFraud } from "./fraud/fraud.ts";
import { owedNotices } from "./notification/owed-notices.ts";
import { owedParcels } from "./parcel/owed.ts";
import { owedPayments } from "./payment-owed.ts";
import { owedToSites } from "./restaurant/owed.ts";
import type { Owed, ProcessManager } from "./runner/process-manager.ts";
import { owedStock } from "./stock.ts";

/** What the pure functions ask of the settings. */
export interface OwedPolicy {
  /** How long the placing itself is left to reserve. */
  readonly recoverAfterMs: number;
  /** After how long without a courier support is told. */
  readonly searchMs: number;
  /** After what time a booked parcel is asked for. */
  readonly pollMs: number;
}

/** How long after the API's own wait an order's reservation is taken up by the stock process. */
const RECOVER_AFTER_WAIT_MS = 1_000;

export const owedPolicy = (
  config: Pick<Config, "RESERVATION_WAIT_MS" | "COURIER_SEARCH_MS" | "CARRIER_POLL_MS">,
): OwedPolicy => ({
  recoverAfterMs: config.RESERVATION_WAIT_MS + RECOVER_AFTER_WAIT_MS,
  searchMs: config.COURIER_SEARCH_MS,
  pollMs: config.CARRIER_POLL_MS,
});

/** A process manager's pure half: from an order to what it is owed. */
export interface OwedBy {
  /** The consumer that carries it out. */
  readonly process: ProcessManager["name"];
  owed(order: Order, policy: OwedPolicy): readonly Owed[];
}

/** Every process manager, for looks without any deed. A new one has its line here. */
export const OWED_BY_ALL: readonly OwedBy[] = [
  { process: "stock", owed: (order, { recoverAfterMs }) => owedStock(order, recoverAfterMs) },
  { process: "payment", owed: owedPayments },
  { process: "fraud", owed: owedFraud },
  { process: "restaurant", owed: owedToSites },
  { process: "courier", owed: (order, { searchMs }) => owedCourier(order, { searchMs }) },
  { process: "courier", owed: (order, { pollMs }) => owedParcels(order, pollMs) },
  { process: "notification", owed: owedNotices },
];
