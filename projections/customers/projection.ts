import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type CustomerEvent, evolve } from "../../domain/customer/customer.ts";
import type { Projection } from "../runner/projection.ts";
import { type CustomerRow, loadCustomers, saveCustomers } from "./rows.ts";
import { createTables, TABLES } from "./tables.ts";

/** Customers with their sealed contact. Who is found by what is another thing: see search/. */
export const customersProjection: Projection = {
  name: "customers",
  version: 1,
  tables: TABLES,
  create: createTables,
  handles: (type) => type.startsWith("customer."),
  gatherMs: 250,
  sources: async ({ key }) => (key.customer_id === undefined ? [] : [`${PREFIX}${key.customer_id.toLowerCase()}`]),
  async handle(batch, { tx, schema }) {
    const ids = [...new Set(batch.flatMap((event) => customerIdOf(event) ?? []))];
    await saveCustomers(tx, schema, foldBatch(await loadCustomers(tx, schema, ids), batch));
  },
};

const PREFIX = "customer-";

/** Whose stream an event lies in; undefined where it is nobody's. */
export const customerIdOf = ({ stream }: Pick<RecordedEvent, "stream">): string | undefined =>
  stream.startsWith(PREFIX) ? stream.slice(PREFIX.length) : undefined;

/** Folds a batch upon the rows of its customers. Events that a row has seen change nothing. */
export function foldBatch(known: ReadonlyMap<string, CustomerRow>, batch: readonly RecordedEvent[]): CustomerRow[] {
  const changed = new Map<string, CustomerRow>();
  for (const event of batch) {
    const customerId = customerIdOf(event);
    if (customerId === undefined) continue;
    const before = changed.get(customerId) ?? known.get(customerId);
    if (before && event.revision <= before.revision) continue;
    // Only the project writes these streams; the shapes are those of the contract.
    const customer = evolve(before?.customer, { type: event.type, data: event.data } as CustomerEvent, event.id);
    if (customer === undefined) continue;
    changed.set(customerId, {
      customer: { ...customer, customerId },
      registeredAt: before?.registeredAt ?? event.metadata.at,
      revision: event.revision,
      version: event.position.commit,
    });
  }
  return [...changed.values()];
}
