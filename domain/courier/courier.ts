import { Refusal } from "../refusal.ts";

// Stored for ever: see domain/order/events.ts for the rules of change.

export const courierStream = (courierId: string): string => `courier-${courierId}`;

type Fact<Type extends string, Data> = { readonly type: Type; readonly data: Data };

export type CourierEvent =
  | Fact<"courier.shift_started", { city: string }>
  | Fact<"courier.shift_ended", Record<string, never>>
  | Fact<"courier.claimed", { orderId: string; attempt: number }>
  | Fact<"courier.released", { orderId: string; attempt: number }>;

/** One courier, one order: the stream is the arbiter of claims. */
export interface Courier {
  readonly onShift: boolean;
  readonly city: string | undefined;
  readonly claim: { readonly orderId: string; readonly attempt: number } | undefined;
}

export const newCourier: Courier = { onShift: false, city: undefined, claim: undefined };

/** Folds one event; accepts every fact in every state. */
export function evolve(state: Courier, event: CourierEvent): Courier {
  switch (event.type) {
    case "courier.shift_started":
      return { ...state, onShift: true, city: event.data.city };
    case "courier.shift_ended":
      return { ...state, onShift: false };
    case "courier.claimed":
      return { ...state, claim: { orderId: event.data.orderId, attempt: event.data.attempt } };
    case "courier.released":
      return sameClaim(state, event.data) ? { ...state, claim: undefined } : state;
    default:
      return state;
  }
}

export type CourierCommand =
  | { readonly type: "start_shift"; readonly city: string }
  | { readonly type: "end_shift" }
  | { readonly type: "claim"; readonly orderId: string; readonly attempt: number }
  | { readonly type: "release"; readonly orderId: string; readonly attempt: number };

/** Decides a command; throws Refusal `courier_busy` or `courier_off_shift` when the courier cannot be claimed. */
export function decide(command: CourierCommand, state: Courier): readonly CourierEvent[] {
  switch (command.type) {
    case "start_shift":
      return state.onShift && state.city === command.city
        ? []
        : [{ type: "courier.shift_started", data: { city: command.city } }];
    case "end_shift":
      if (state.claim) throw new Refusal("courier_busy", "finish the delivery before ending the shift");
      return state.onShift ? [{ type: "courier.shift_ended", data: {} }] : [];
    case "claim": {
      const { orderId, attempt } = command;
      if (sameClaim(state, command)) return [];
      if (!state.onShift) throw new Refusal("courier_off_shift", "the courier is not on shift");
      if (state.claim) throw new Refusal("courier_busy", "the courier has an order already");
      return [{ type: "courier.claimed", data: { orderId, attempt } }];
    }
    case "release":
      return sameClaim(state, command)
        ? [{ type: "courier.released", data: { orderId: command.orderId, attempt: command.attempt } }]
        : [];
  }
}

const sameClaim = (state: Courier, { orderId, attempt }: { orderId: string; attempt: number }): boolean =>
  state.claim?.orderId === orderId && state.claim.attempt === attempt;
