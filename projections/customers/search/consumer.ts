import type { Pool, PoolClient } from "pg";
import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import { isSealed, type Sealed, type Subkeys, unseal } from "../../../domain/chain/sealing.ts";
import type { Contact } from "../../../domain/order/events.ts";
import type { Consumer } from "../../../infra/consumers/consumer.ts";
import { inTransaction } from "../../../infra/postgres/pool.ts";
import { customerIdOf } from "../projection.ts";
import type { BlindWords } from "./blind-words.ts";
import { wordsToFindBy } from "./words.ts";

/** Its lease and its position go by this name. */
export const CUSTOMER_SEARCH = "customer_search";

/** Where the keys of customers come from; those without one (any more) are left out. */
interface KeySource {
  many(customerIds: Iterable<string>): Promise<ReadonlyMap<string, Subkeys>>;
}

const HANDLED = new Set(["customer.registered", "customer.contact_changed", "customer.erased"]);
/** A customer that nobody is: asking for their key tells whether keys can be opened at all. */
const NOBODY = "00000000-0000-4000-8000-000000000000";

/**
 * Keeps the blind index of customers. It opens each contact under its customer's key and writes keyed hashes of what
 * the customer is found by, and nothing else.
 *
 * A consumer of its own and no projection: its rows depend on keys, so a rebuild after an erasure could not equal what
 * is there, and no handler of a question or a trial should get hold of keys. See docs/decisions/0019.
 */
export function customerSearch({ keys, words }: { readonly keys: KeySource; readonly words: BlindWords }): Consumer {
  return {
    name: CUSTOMER_SEARCH,
    schema: "customer_search",
    // Nobody is looked for in the moment they are registered.
    gatherMs: 250,
    handles: (type) => HANDLED.has(type),
    failpointPrefix: "project",
    async mayOwn(pool) {
      // With a wrong master key no contact opens; that is no event's fault, and none may be set aside for it.
      await keys.many([NOBODY]);
      await beginAnewIfNeeded(pool, words.mark);
      return true;
    },
    async apply(batch, tx) {
      const last = lastWords(batch);
      const subkeys = await keys.many([...last].flatMap(([id, event]) => (event.contact ? [id] : [])));
      await replace(tx, [...last.keys()], rowsOf(last, subkeys, words));
    },
  };
}

/** The last that a batch says of a customer's contact; without one it was erased. */
interface LastSaid {
  readonly stream: string;
  readonly eventId: string;
  readonly contact: Sealed | undefined;
}

function lastWords(batch: readonly RecordedEvent[]): Map<string, LastSaid> {
  const last = new Map<string, LastSaid>();
  for (const { stream, id: eventId, type, data } of batch) {
    const customerId = customerIdOf({ stream });
    if (customerId === undefined) continue;
    // Only the project writes these streams; the shapes are those of the contract.
    const contact = type === "customer.erased" ? undefined : (data as { readonly contact?: unknown }).contact;
    last.set(customerId, { stream, eventId, contact: isSealed(contact) ? contact : undefined });
  }
  return last;
}

interface Row {
  readonly word: Buffer;
  readonly customerId: string;
}

/** A customer whose key is gone has no rows: they were erased, and the log will say so. */
function rowsOf(
  last: ReadonlyMap<string, LastSaid>,
  subkeys: ReadonlyMap<string, Subkeys>,
  words: BlindWords,
): readonly Row[] {
  return [...last].flatMap(([customerId, { stream, eventId, contact }]) => {
    const opens = subkeys.get(customerId);
    if (contact === undefined || opens === undefined) return [];
    const plain = unseal(opens, stream, eventId, contact) as Contact; // sealed by the writer in the contract's shape
    return [...wordsToFindBy(plain)].map((word) => ({ word: words.blind(word), customerId }));
  });
}

async function replace(tx: PoolClient, customerIds: readonly string[], rows: readonly Row[]): Promise<void> {
  await tx.query("DELETE FROM customer_search.words WHERE customer_id = ANY($1::uuid[])", [customerIds]);
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO customer_search.words (word, customer_id)
     SELECT decode(word, 'hex'), customer_id FROM unnest($1::text[], $2::uuid[]) AS given (word, customer_id)`,
    [rows.map(({ word }) => word.toString("hex")), rows.map(({ customerId }) => customerId)],
  );
}

/**
 * Begins at the first event again when the index was made with another key or in another way, or when its position was
 * taken back: then nothing of the old one may stay. An owner that still works on it cannot move its position any more.
 */
async function beginAnewIfNeeded(pool: Pool, mark: string): Promise<void> {
  await inTransaction(pool, async (tx) => {
    const { rows: places } = await tx.query<{ commit: string | null }>(
      "SELECT commit FROM runner.positions WHERE name = $1 FOR UPDATE",
      [CUSTOMER_SEARCH],
    );
    const { rows: made } = await tx.query<{ mark: string }>("SELECT mark FROM customer_search.made_with");
    const isOwn = made[0]?.mark === mark;
    if (isOwn && typeof places[0]?.commit === "string") return;
    await tx.query("DELETE FROM customer_search.words");
    await tx.query("UPDATE runner.positions SET commit = NULL, prepare = NULL WHERE name = $1", [CUSTOMER_SEARCH]);
    await tx.query(
      `INSERT INTO customer_search.made_with (mark) VALUES ($1)
       ON CONFLICT (only_row) DO UPDATE SET mark = excluded.mark`,
      [mark],
    );
  });
}
