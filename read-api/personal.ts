import { isSealed, type Sealed, type Subkeys, UnsealError, unseal } from "../domain/chain/sealing.ts";
import { customerStream } from "../domain/customer/customer.ts";
import { type Contact, orderStream } from "../domain/order/events.ts";
import { isFinal } from "../domain/order/state.ts";
import type { Principal } from "../infra/auth/principal.ts";
import { KeysUnavailableError } from "../infra/keys/errors.ts";
import type { Log } from "../infra/log.ts";
import type { CustomerRow } from "../projections/customers/rows.ts";
import type { FoundOrder } from "../projections/orders/rows.ts";
import type { TicketView } from "../projections/views.ts";

/** Where the keys of customers come from; those without one (any more) are left out. */
export interface KeySource {
  many(customerIds: Iterable<string>): Promise<ReadonlyMap<string, Subkeys>>;
}

/**
 * Whether this principal, who may read the order, may know whom it is for: a kitchen need not, and a courier only
 * from accepting it until it has ended.
 */
export function mayKnowContact(principal: Principal, found: FoundOrder): boolean {
  switch (principal.role) {
    case "guest":
    case "customer":
    case "support":
    case "admin":
      return true;
    case "courier":
      return found.order.courier.accepted && !isFinal(found.order);
    default:
      return false;
  }
}

/**
 * The contact of an order, opened; undefined when the customer's key is gone. Also while keys cannot be had: an order
 * that can be told is told without its contact.
 */
export async function openContact(keys: KeySource, log: Log, found: FoundOrder): Promise<Contact | undefined> {
  const { customerId, orderId } = found.order;
  const { eventId, data } = found.placing;
  if (!isSealed(data.contact)) return undefined;
  let subkeys: Subkeys | undefined;
  try {
    subkeys = (await keys.many([customerId])).get(customerId);
  } catch (error) {
    if (!(error instanceof KeysUnavailableError)) throw error;
    log.warn({ err: error, orderId }, "an order is shown without its contact");
  }
  return subkeys && (open(subkeys, log, orderStream(orderId), eventId, data.contact) as Contact | undefined);
}

/**
 * The contacts of customers, opened, by customer; those who were erased, or whose key is gone, are left out. Rejects with
 * KeysUnavailableError.
 */
export async function openCustomers(
  keys: KeySource,
  log: Log,
  customers: Iterable<CustomerRow>,
): Promise<ReadonlyMap<string, Contact>> {
  const known = [...customers];
  const subkeys = await keys.many(known.map(({ customer }) => customer.customerId));
  return new Map(
    known.flatMap(({ customer: { customerId, contact } }) => {
      const opens = subkeys.get(customerId);
      if (opens === undefined || contact === undefined || !isSealed(contact.sealed)) return [];
      const plain = open(opens, log, customerStream(customerId), contact.eventId, contact.sealed);
      return plain === undefined ? [] : [[customerId, plain as Contact] as const]; // sealed in the contract's shape
    }),
  );
}

/** Tickets with their notes opened. What does not open is left out: a kitchen has no use for a sealed text. */
export async function openNotes(keys: KeySource, log: Log, tickets: readonly TicketView[]): Promise<TicketView[]> {
  const customers = new Set<string>();
  for (const { lines } of tickets) {
    for (const { sealedNote } of lines) if (sealedNote) customers.add(sealedNote.customerId);
  }
  const subkeys = customers.size > 0 ? await keys.many(customers) : new Map<string, Subkeys>();
  return tickets.map((ticket) => withNotes(ticket, subkeys, log, "drop"));
}

/** A ticket with the notes opened that these keys open; the others are dropped, or kept sealed. */
export function withNotes(
  ticket: TicketView,
  subkeys: Pick<ReadonlyMap<string, Subkeys>, "get">,
  log: Log,
  others: "drop" | "keep",
): TicketView {
  if (!ticket.lines.some(({ sealedNote }) => sealedNote)) return ticket;
  const lines = ticket.lines.map(({ sealedNote, ...line }) => {
    if (!sealedNote) return line;
    const keys = subkeys.get(sealedNote.customerId);
    if (!keys) return others === "keep" ? { ...line, sealedNote } : line;
    const note = open(keys, log, sealedNote.stream, sealedNote.eventId, sealedNote.sealed);
    return typeof note === "string" ? { ...line, note } : line;
  });
  return { ...ticket, lines };
}

function open(keys: Subkeys, log: Log, stream: string, eventId: string, sealed: Sealed): unknown {
  try {
    return unseal(keys, stream, eventId, sealed);
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    log.warn({ stream, eventId, kid: sealed.kid }, "a sealed value does not open under its customer's key");
    return undefined;
  }
}
