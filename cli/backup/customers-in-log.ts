import type { Pool } from "pg";
import type { Position } from "../../domain/chain/envelope.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import { forgetKeys, withoutKey } from "../../infra/keys/restored-keys.ts";

/** What the log says about customers, against the keys that there are. */
export interface CustomersInLog {
  /** Customers whose erasure was applied again. */
  readonly erasedAgain: number;
  /** Customers of the log without a key, who were not erased: their personal data cannot be read any more. */
  readonly withoutKey: readonly string[];
}

const PAGE = 2_000;

/**
 * Reads the log once: applies every erasure again, since a restored key would bring back what was to be forgotten, and
 * names the customers whose keys are lost.
 */
export async function settleCustomers(pool: Pool, store: EventStore): Promise<CustomersInLog> {
  const erased = new Set<string>();
  const known = new Set<string>();
  let after: Position | undefined;
  for (;;) {
    const page = await store.readAll(after, PAGE);
    for (const { type, stream } of page.events) {
      const customerId = /^customer-(.+)$/.exec(stream)?.[1];
      if (customerId === undefined) continue;
      if (type === "customer.erased") erased.add(customerId);
      else known.add(customerId);
    }
    if (page.atEnd) break;
    after = page.next;
  }
  const living = [...known].filter((id) => !erased.has(id));
  return { erasedAgain: await forgetKeys(pool, [...erased]), withoutKey: await withoutKey(pool, living) };
}
