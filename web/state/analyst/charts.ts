import type { Span } from "../../api/analytics.ts";
import type { Answer } from "../../api/request.ts";
import { type Polled, poll } from "../polled.ts";
import { type Filter, spanOf } from "./span.ts";

const EVERY = 10_000;

/** What was read, with the span that it was asked for. */
export interface Charted<T> {
  readonly span: Span;
  readonly read: T;
}

/** Follows figures of a filter; a span that ends now moves on with the clock. */
export const followFigures = <T>(filter: Filter, get: (span: Span) => Promise<Answer<T>>): Polled<Charted<T>> =>
  poll(
    async () => {
      const span = spanOf(filter, Date.now());
      const answer = await get(span);
      return { ...answer, data: { span, read: answer.data } };
    },
    () => EVERY,
  );
