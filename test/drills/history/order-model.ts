import type { Call } from "./call.ts";
import type { Interval, Model } from "./linearize.ts";

/**
 * One order as its clients may see it: a register whose revision only grows, by their writes and, unseen, by the
 * system's own, and the writes that were carried out, each under its caller's key.
 */
export interface OrderState {
  /** -1: not placed. */
  readonly revision: bigint;
  /** By caller and key. */
  readonly writes: ReadonlyMap<string, Write>;
}

interface Write {
  /** Nothing was written, since what was asked for was so already: a repeat finds the order as it is then. */
  readonly held?: boolean;
  readonly revision: bigint;
  readonly position: bigint;
  readonly body: string | undefined;
  readonly intent: string;
}

/** A call as the model sees it. A command that answers how the order stands now is two: the write, and the look. */
export type OrderOp = Interval & { readonly call: Call } & (
    | { readonly kind: "write"; readonly key: string; readonly write: Write; readonly showsIt: boolean }
    /** Nobody knows whether it was carried out; when it was, this is what it wrote. */
    | { readonly kind: "maybe"; readonly key: string; readonly write: Write }
    | { readonly kind: "refusal"; readonly key: string }
    | { readonly kind: "sight"; readonly revision: bigint; readonly atLeast: bigint }
    | { readonly kind: "absence" }
  );

/** What the system does by itself as well, so that a person may find it done. */
const ALSO_DONE_BY_SYSTEM = /^(cancel|fulfilments\/[^/]+\/reject|delivery\/decline)$/;
/** Says nothing of the order: who asks, or how often. */
const NOT_ABOUT_THE_ORDER: ReadonlySet<number> = new Set([401, 403, 408, 429]);

/**
 * The register that an order's calls must be explained by.
 *
 * @param begunAt where the log ended when the history began: a write up to there is the repeat of one from before it
 */
export function orderModel(placingIsKnown: boolean, begunAt: bigint): Model<OrderState, OrderOp> {
  return {
    initial: { revision: placingIsKnown ? -1n : 0n, writes: new Map() },
    step: (state, op) => step(state, op, begunAt),
    name: ({ revision, writes }) =>
      `${revision}:${[...writes].map(([key, { revision: at, held }]) => `${key}@${at}${held ? "h" : ""}`).sort()}`,
  };
}

function step(state: OrderState, op: OrderOp, begunAt: bigint): readonly OrderState[] {
  switch (op.kind) {
    case "write": {
      const before = state.writes.get(op.key);
      if (before && !before.held) return sameWrite(before, op.write) ? [state] : [];
      if (!before && op.write.position <= begunAt) return [repeated(state, op.key, op.write)];
      const held = op.showsIt && heldAlready(state, op.write, op.call) ? [holding(state, op.key, op.write)] : [];
      return before ? held : [...carriedOut(state, op.key, op.write, op.call), ...held];
    }
    case "maybe":
      return state.writes.has(op.key) ? [state] : [state, ...carriedOut(state, op.key, op.write, op.call)];
    case "refusal":
      return refusable(state, op.key, op.call) ? [state] : [];
    case "sight": {
      if (state.revision < 0n) return [];
      for (const { revision, position } of state.writes.values()) {
        if (position <= op.atLeast && revision > op.revision) return [];
      }
      return [{ ...state, revision: later(state.revision, op.revision) }];
    }
    case "absence":
      return state.revision < 0n ? [state] : [];
  }
}

/** It had been carried out before anybody took notes: the order is at least as far. */
const repeated = ({ revision, writes }: OrderState, key: string, write: Write): OrderState => ({
  revision: later(revision, write.revision),
  writes: new Map(writes).set(key, write),
});

/** It wrote events of its own, beyond all that was there; the system may have written in between. */
function carriedOut(state: OrderState, key: string, write: Write, { what }: Call): OrderState[] {
  const mayCome = what === "place" ? state.revision < 0n : state.revision >= 0n;
  if (!mayCome || write.revision <= state.revision) return [];
  return [{ revision: write.revision, writes: new Map(state.writes).set(key, write) }];
}

/** The order as it stood is what the answer shows. */
const holding = (state: OrderState, key: string, write: Write): OrderState => ({
  revision: later(state.revision, write.revision),
  writes: new Map(state.writes).set(key, { ...write, held: true }),
});

/** What was asked for was so already: nothing was written, and the answer shows the order as it stood. */
function heldAlready(state: OrderState, write: Write, { what }: Call): boolean {
  if (what === "place" || state.revision < 0n || write.revision < state.revision) return false;
  if (ALSO_DONE_BY_SYSTEM.test(what)) return true;
  return [...state.writes.values()].some(({ intent }) => intent === write.intent);
}

/** Nobody is refused what was carried out for them before. */
function refusable(state: OrderState, key: string, { status, code, body }: Call): boolean {
  if (NOT_ABOUT_THE_ORDER.has(status)) return true;
  if (code === "order_not_found") return state.revision < 0n;
  const before = state.writes.get(key);
  return before === undefined || before.held === true || before.body !== body;
}

const sameWrite = (a: Write, b: Write): boolean =>
  a.revision === b.revision && a.position === b.position && a.body === b.body;

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Keys belong to their caller. */
export const keyOf = ({ client, key }: Call): string => `${client} ${key}`;

/** The calls about one order, for the model. What nobody answered and no later answer tells of says nothing. */
export function operationsOf(calls: readonly Call[]): OrderOp[] {
  const told = new Map<string, Write>();
  for (const call of calls) {
    const write = writeOf(call);
    if (write) told.set(keyOf(call), write);
  }
  return calls.flatMap((call): OrderOp[] => {
    const { from, to, what, outcome } = call;
    const at = { from, to, call };
    const key = keyOf(call);
    const sight = sightOf(call);
    if (what === "read") {
      if (outcome === "done") return sight ? [sight] : [];
      return outcome === "refused" && call.status === 404 ? [{ ...at, kind: "absence" }] : [];
    }
    if (outcome === "refused") return [{ ...at, kind: "refusal", key }];
    if (outcome === "unknown") {
      const write = told.get(key);
      return write ? [{ ...at, to: Number.POSITIVE_INFINITY, kind: "maybe", key, write }] : [];
    }
    const write = writeOf(call);
    if (!write) return [];
    const showsIt = call.now?.revision === call.revision;
    return [{ ...at, kind: "write", key, write, showsIt }, ...(sight ? [sight] : [])];
  });
}

function writeOf(call: Call): Write | undefined {
  const { outcome, what, revision, position, body, client } = call;
  if (outcome !== "done" || what === "read" || revision === undefined || position === undefined) return undefined;
  // Couriers act for themselves; a kitchen's or a customer's deed may have been done by any of them.
  const intent = what.startsWith("delivery/") ? `${client} ${what}` : what;
  return { revision: BigInt(revision), position: BigInt(position), body, intent };
}

function sightOf(call: Call): OrderOp | undefined {
  const { now, after, stale, position, from, to } = call;
  if (!now) return undefined;
  const asked = [after, now.position, position].flatMap((one) => (one === undefined ? [] : BigInt(one)));
  const atLeast = stale ? -1n : asked.reduce(later, -1n);
  return { from, to, call, kind: "sight", revision: BigInt(now.revision), atLeast };
}
