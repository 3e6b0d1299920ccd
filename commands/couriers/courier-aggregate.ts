import { type Courier, type CourierEvent, decide, evolve, newCourier } from "../../domain/courier/courier.ts";
import type { Aggregate } from "../writing/stream-memory.ts";

const aggregate: Aggregate<Courier> = {
  name: "courier",
  initial: newCourier,
  // Only the project writes courier streams; shapes are those of the contract.
  evolve: (state, event) => evolve(state, { type: event.type, data: event.data } as CourierEvent),
};

/** Couriers as the writer folds them, with their decisions. */
export const couriers = { aggregate, decide };
