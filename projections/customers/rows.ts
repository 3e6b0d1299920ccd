import type { Pool, PoolClient } from "pg";
import type { Sealed } from "../../domain/chain/sealing.ts";
import type { Customer } from "../../domain/customer/customer.ts";
import { column, relation } from "../relation.ts";

/** A customer as the log has told so far, with the place of its last event. */
export interface CustomerRow {
  readonly customer: Customer;
  /** RFC 3339. */
  readonly registeredAt: string;
  readonly revision: bigint;
  readonly version: bigint;
}

interface StoredCustomer {
  readonly customer_id: string;
  readonly guest: boolean;
  readonly held: boolean;
  readonly erased: boolean;
  readonly registered_at: Date;
  readonly contact_event: string | null;
  readonly contact: Sealed | null;
  readonly revision: string;
  readonly version: string;
}

/** These customers, by id; those that are not known are left out. */
export async function loadCustomers(
  db: Pool | PoolClient,
  schema: string,
  ids: readonly string[],
): Promise<Map<string, CustomerRow>> {
  const { rows } = await db.query<StoredCustomer>(
    `SELECT customer_id, guest, held, erased, registered_at, contact_event, contact, revision, version
     FROM ${schema}.customers WHERE customer_id = ANY($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.customer_id, rowOf(row)]));
}

const rowOf = (row: StoredCustomer): CustomerRow => ({
  customer: {
    customerId: row.customer_id,
    guest: row.guest,
    held: row.held,
    erased: row.erased,
    contact:
      row.contact === null || row.contact_event === null
        ? undefined
        : { eventId: row.contact_event, sealed: row.contact },
  },
  registeredAt: row.registered_at.toISOString(),
  revision: BigInt(row.revision),
  version: BigInt(row.version),
});

/** Writes customers as they are now. */
export async function saveCustomers(tx: PoolClient, schema: string, customers: readonly CustomerRow[]): Promise<void> {
  if (customers.length === 0) return;
  const flag = (value: boolean) => (value ? "t" : "f");
  const { from, parameters } = relation([
    column(customers, "customer_id", "uuid", ({ customer }) => customer.customerId),
    column(customers, "guest", "boolean", ({ customer }) => flag(customer.guest)),
    column(customers, "held", "boolean", ({ customer }) => flag(customer.held)),
    column(customers, "erased", "boolean", ({ customer }) => flag(customer.erased)),
    column(customers, "registered_at", "timestamptz", ({ registeredAt }) => registeredAt),
    column(customers, "contact_event", "uuid", ({ customer }) => customer.contact?.eventId ?? null),
    column(customers, "contact", "json", ({ customer }) => (customer.contact ? contactText(customer.contact) : null)),
    column(customers, "revision", "bigint", ({ revision }) => revision.toString()),
    column(customers, "version", "bigint", ({ version }) => version.toString()),
  ]);
  await tx.query(
    `INSERT INTO ${schema}.customers
       (customer_id, guest, held, erased, registered_at, contact_event, contact, revision, version)
     SELECT * FROM ${from}
     ON CONFLICT (customer_id) DO UPDATE SET guest = excluded.guest, held = excluded.held, erased = excluded.erased,
       contact_event = excluded.contact_event, contact = excluded.contact, revision = excluded.revision,
       version = excluded.version`,
    parameters,
  );
}

/** Always in one sequence: the text of a row must not depend on whether it was folded or read back. */
function contactText({ sealed }: NonNullable<Customer["contact"]>): string {
  const { kid, alg, iv, ct } = sealed as Sealed; // what lies in an event is sealed
  return JSON.stringify({ kid, alg, iv, ct });
}
