import { type CustomerEvent, type CustomerState, evolve } from "../../domain/customer/customer.ts";
import type { Aggregate } from "../writing/stream-memory.ts";

/** Customers as the writer folds them. Only the project writes their streams; shapes are those of the contract. */
export const customers: Aggregate<CustomerState> = {
  name: "customer",
  initial: undefined,
  evolve: (state, event) => evolve(state, { type: event.type, data: event.data } as CustomerEvent, event.id),
};
