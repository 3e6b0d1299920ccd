/** Which dead letters are meant; what is left out does not matter. */
export type LetterFilter = {
  readonly ids?: readonly string[] | undefined;
  readonly kind?: "event" | "effect" | undefined;
  /** A consumer by its name, or a read model whatever its generation. */
  readonly consumer?: string | undefined;
  readonly failureType?: string | undefined;
  readonly failureClass?: string | undefined;
  /** Class of the error, as the letter names it. */
  readonly error?: string | undefined;
  readonly orderId?: string | undefined;
  /** Type of the event, or the effect's id. */
  readonly eventType?: string | undefined;
  /** Failed last before this time, RFC 3339. */
  readonly before?: string | undefined;
  /** Failed last at this time or later, RFC 3339. */
  readonly after?: string | undefined;
  /** Why a rule has asked, for the record; selects nothing. */
  readonly cause?: string | undefined;
  readonly state?: "parked" | "redriven" | "discarded" | undefined;
};

/**
 * Scratch schemas and generations that nobody reads have letters that concern nobody; but that a read model does without
 * an event is decided for its later generations as well.
 */
export const CONCERNS_SOMEBODY = `NOT starts_with(letter.consumer, 'scratch_') AND (letter.state = 'discarded' OR NOT EXISTS (
  SELECT FROM runner.generations AS generation WHERE generation.schema = letter.consumer AND generation.state <> 'live'))`;

/** The filter as a condition on `runner.dead_letters AS letter`, its parameters numbered from `first`. */
export function whereOf(filter: LetterFilter, first = 1): { readonly text: string; readonly values: unknown[] } {
  const values: unknown[] = [];
  const conditions = [CONCERNS_SOMEBODY];
  const add = (value: unknown, condition: (parameter: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${first + values.length - 1}`));
  };
  add(filter.ids, (p) => `letter.id = ANY(${p}::uuid[])`);
  add(filter.kind, (p) => `letter.kind = ${p}`);
  add(filter.consumer, (p) => `(letter.reader = ${p} OR letter.consumer = ${p})`);
  add(filter.failureType, (p) => `letter.failure_type = ${p}`);
  add(filter.failureClass, (p) => `letter.failure_class = ${p}`);
  add(filter.error, (p) => `letter.error = ${p}`);
  add(filter.orderId, (p) => `letter.stream = 'order-' || ${p}`);
  add(filter.eventType, (p) => `letter.type = ${p}`);
  add(filter.before, (p) => `letter.last_failed_at < ${p}::timestamptz`);
  add(filter.after, (p) => `letter.last_failed_at >= ${p}::timestamptz`);
  add(filter.state, (p) => `letter.state = ${p}`);
  return { text: conditions.join(" AND "), values };
}
