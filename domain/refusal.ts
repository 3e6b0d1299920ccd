/** Why a command is refused. Each code maps to one problem type of the API. */
export type RefusalCode =
  | "order_not_found"
  | "order_final"
  | "cancel_too_late"
  | "fulfilment_unknown"
  | "fulfilment_not_notified"
  | "fulfilment_not_accepted"
  | "fulfilment_rejected"
  | "station_unknown"
  | "station_not_started"
  | "station_done"
  | "stations_incomplete"
  | "items_undecided"
  | "courier_not_assigned"
  | "courier_not_accepted"
  | "order_not_ready"
  | "order_not_picked_up"
  | "pin_wrong"
  | "pin_tries_spent"
  | "courier_busy"
  | "courier_off_shift"
  | "customer_unknown"
  | "customer_on_hold"
  | "site_unknown"
  | "site_exists"
  | "site_suspended"
  | "item_unknown"
  | "item_exists"
  | "item_withdrawn"
  | "address_missing"
  | "lines_invalid"
  | "quantity_invalid";

/** A command that is refused; leaves no trace and may be judged otherwise when it is sent again. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  constructor(code: RefusalCode, detail: string) {
    super(detail);
    this.code = code;
  }
}
