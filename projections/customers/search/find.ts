import type { Pool } from "pg";
import { readPosition } from "../../../infra/consumers/fence.ts";
import { pause } from "../../../infra/consumers/waiting.ts";
import type { BlindWords } from "./blind-words.ts";
import { CUSTOMER_SEARCH } from "./consumer.ts";
import type { Term } from "./question.ts";

const LOOK_AGAIN_MS = 25;

/** Looks into the blind index. */
export class CustomerFinder {
  readonly #pool: Pool;
  readonly #words: BlindWords;

  constructor(pool: Pool, words: BlindWords) {
    this.#pool = pool;
    this.#words = words;
  }

  /**
   * Ids of customers of whom all terms can hold, in their order after `after`, at most `limit`. Kept words are cut short,
   * so whether the terms do hold is seen once the contacts are open.
   */
  async find(terms: readonly Term[], after: string | undefined, limit: number): Promise<readonly string[]> {
    const [first, ...others] = terms;
    if (first === undefined) return [];
    const values: unknown[] = [limit];
    const bind = (value: unknown) => `$${values.push(value)}`;
    const blinded = (term: Term) => bind(term.keptWords.map((word) => this.#words.blind(word)));
    const place = after === undefined ? "" : `AND w.customer_id > ${bind(after)}::uuid`;
    const { rows } = await this.#pool.query<{ customer_id: string }>(
      `SELECT DISTINCT w.customer_id FROM customer_search.words w
       WHERE w.word = ANY(${blinded(first)}::bytea[]) ${place} ${others
         .map(
           (term) => `AND EXISTS (SELECT FROM customer_search.words o
             WHERE o.customer_id = w.customer_id AND o.word = ANY(${blinded(term)}::bytea[]))`,
         )
         .join(" ")}
       ORDER BY w.customer_id LIMIT $1`,
      values,
    );
    return rows.map((row) => row.customer_id);
  }

  /** Waits until the index has reached a commit position; false when it has not within `withinMs`. */
  async reach(commit: bigint, withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    for (;;) {
      const { place } = await readPosition(this.#pool, CUSTOMER_SEARCH);
      if (place !== undefined && place.commit >= commit) return true;
      if (performance.now() >= until) return false;
      await pause(LOOK_AGAIN_MS);
    }
  }
}
