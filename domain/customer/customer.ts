import type { PersonalData } from "../chain/personal.ts";
import type { Contact } from "../order/events.ts";
import { Refusal } from "../refusal.ts";

// Stored for ever: see domain/order/events.ts for the rules of change.

export const customerStream = (customerId: string): string => `customer-${customerId}`;

type Fact<Type extends string, Data> = { readonly type: Type; readonly data: Data };

export type CustomerEvent =
  | Fact<"customer.registered", { customerId: string; guest: boolean; contact: PersonalData<Contact> }>
  | Fact<"customer.contact_changed", { contact: PersonalData<Contact> }>
  | Fact<"customer.held", { cause: string }>
  | Fact<"customer.hold_lifted", { cause: string }>
  | Fact<"customer.erased", { customerId: string }>;

export interface Customer {
  readonly customerId: string;
  readonly guest: boolean;
  readonly held: boolean;
  readonly erased: boolean;
  /** Sealed contact with the id of the event that it was sealed for. */
  readonly contact: { readonly eventId: string; readonly sealed: PersonalData<Contact> } | undefined;
}

export type CustomerState = Customer | undefined;

/** Folds one event. `eventId` is kept with the contact, which only opens at its own place. */
export function evolve(state: CustomerState, event: CustomerEvent, eventId: string): CustomerState {
  if (event.type === "customer.registered") {
    return (
      state ?? {
        customerId: event.data.customerId,
        guest: event.data.guest,
        held: false,
        erased: false,
        contact: { eventId, sealed: event.data.contact },
      }
    );
  }
  if (!state) return state;
  switch (event.type) {
    case "customer.contact_changed":
      return { ...state, contact: { eventId, sealed: event.data.contact } };
    case "customer.held":
      return { ...state, held: true };
    case "customer.hold_lifted":
      return { ...state, held: false };
    case "customer.erased":
      return { ...state, erased: true, contact: undefined };
    default:
      return state;
  }
}

export type CustomerCommand =
  | {
      readonly type: "register";
      readonly customerId: string;
      readonly guest: boolean;
      readonly contact: PersonalData<Contact>;
    }
  | { readonly type: "change_contact"; readonly contact: PersonalData<Contact> }
  | { readonly type: "hold"; readonly cause: HoldCause }
  | { readonly type: "lift_hold"; readonly cause: LiftCause };

/** Why no orders are taken from a customer. A word and no text: what a person types would be personal. */
export const HOLD_CAUSES = ["fraud", "chargeback", "abuse"] as const;
export type HoldCause = (typeof HOLD_CAUSES)[number];

/** Why they are taken again: somebody has looked, the hold was an error, or it was settled with the customer. */
export const LIFT_CAUSES = ["checked", "mistaken", "settled"] as const;
export type LiftCause = (typeof LIFT_CAUSES)[number];

/** Decides a command. Throws Refusal `customer_unknown` where there is nothing to change. */
export function decide(command: CustomerCommand, state: CustomerState): readonly CustomerEvent[] {
  if (command.type === "register") {
    const { customerId, guest, contact } = command;
    return state ? [] : [{ type: "customer.registered", data: { customerId, guest, contact } }];
  }
  if (!state || state.erased) throw new Refusal("customer_unknown", "there is no such customer");
  switch (command.type) {
    case "change_contact":
      return [{ type: "customer.contact_changed", data: { contact: command.contact } }];
    case "hold":
      return state.held ? [] : [{ type: "customer.held", data: { cause: command.cause } }];
    case "lift_hold":
      return state.held ? [{ type: "customer.hold_lifted", data: { cause: command.cause } }] : [];
  }
}
