import type { Call } from "./call.ts";

const ORDER = "0b5e4c7e-9d61-4a0e-8a7a-6a3f1f2f9c01";

/** A call about one order, with what matters to a test; times in the order in which they are given by default. */
export function call(given: Partial<Call> & Pick<Call, "what" | "from" | "to">): Call {
  const client = given.client ?? "guest:ann";
  const key = given.what === "read" ? undefined : `${given.what}-key`;
  return { order: ORDER, client, key, outcome: "done", status: 200, ...given };
}

/** An acknowledged write: its own revision, and the order's when it was answered (by default the same). */
export function wrote(
  what: string,
  [from, to]: readonly [number, number],
  revision: number,
  more: Partial<Call> & { readonly seen?: number; readonly state?: string } = {},
): Call {
  const { seen = revision, state = `after ${seen}`, ...given } = more;
  return call({
    what,
    from,
    to,
    revision: String(revision),
    position: positionOf(revision),
    now: { revision: String(seen), position: positionOf(seen), state },
    ...given,
  });
}

/** A read that showed a revision, having asked for what another one has written. */
export const saw = ([from, to]: readonly [number, number], revision: number, asked?: number): Call =>
  call({
    what: "read",
    from,
    to,
    ...(asked === undefined ? {} : { after: positionOf(asked) }),
    now: { revision: String(revision), position: "0", state: `after ${revision}` },
  });

/** Where the test's log holds a revision. */
export const positionOf = (revision: number): string => String(100 + revision * 3);
