import { assertReadable } from "../../domain/chain/readable.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import type { OrderState } from "../../domain/order/state.ts";
import type { Aggregate } from "../writing/stream-memory.ts";

/**
 * Orders as the writer folds them. Only the project writes order streams; shapes are those of the contract. Folding
 * throws UnknownVersionError for what a newer program has written: nothing is decided on a history that is misread.
 */
export const orders: Aggregate<OrderState> = {
  name: "order",
  initial: undefined,
  evolve(state, event) {
    assertReadable(event);
    return evolve(state, { type: event.type, data: event.data } as OrderEvent, event.metadata.at);
  },
};
