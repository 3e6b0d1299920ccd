/**
 * Search for an order of calls that explains their answers: every call takes effect at one moment between its sending
 * and its answer. After Wing and Gong, "Testing and Verifying Concurrent Objects" (J. Parallel and Distributed
 * Computing 17, 1993), with the memory of Lowe, "Testing for Linearizability" (2017): a set of calls that were already
 * tried, with the same states after them, is not tried again. A model that may go several ways is followed in all of
 * them at once, as Porcupine does (github.com/anishathalye/porcupine).
 */

/** A call with its interval; `to` is Infinity when it may take effect at any time after it was sent. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** What the calls are made to. */
export interface Model<State, Op extends Interval> {
  readonly initial: State;
  /** States that the call may lead to, with the answer that it had; none: it cannot have taken effect here. */
  step(state: State, op: Op): readonly State[];
  /** Equal for equal states only. */
  name(state: State): string;
}

export type Verdict<Op> =
  | { readonly kind: "linearizable"; readonly steps: number }
  /** `explained`: the most calls that an order was found for; `stuck`: the call that nobody could place after them. */
  | { readonly kind: "broken"; readonly steps: number; readonly explained: number; readonly stuck: Op }
  /** The bound was reached before an answer was found. */
  | { readonly kind: "undecided"; readonly steps: number };

interface Frame<State> {
  readonly states: readonly State[];
  /** Candidates in the order in which they are tried, and the next one. */
  readonly candidates: readonly number[];
  next: number;
}

/** Looks for an order, in at most `mostSteps` tries of the model. */
export function linearize<State, Op extends Interval>(
  model: Model<State, Op>,
  ops: readonly Op[],
  mostSteps: number,
): Verdict<Op> {
  const sorted = ops.toSorted((a, b) => a.from - b.from || a.to - b.to);
  const done = new Array<boolean>(sorted.length).fill(false);
  const chosen: number[] = [];
  const seen = new Set<string>();
  let steps = 0;
  let best: { explained: number; stuck: Op } | undefined;
  const frames: Frame<State>[] = [{ states: [model.initial], candidates: candidatesOf(sorted, done), next: 0 }];
  for (;;) {
    const frame = frames.at(-1);
    if (!frame) {
      const [first] = sorted;
      if (!first) return { kind: "linearizable", steps };
      return { kind: "broken", steps, ...(best ?? { explained: 0, stuck: first }) };
    }
    if (chosen.length === sorted.length) return { kind: "linearizable", steps };
    const index = frame.candidates[frame.next++];
    const op = index === undefined ? undefined : sorted[index];
    if (index === undefined || op === undefined) {
      note(chosen.length, frame);
      frames.pop();
      const last = chosen.pop();
      if (last !== undefined) done[last] = false;
      continue;
    }
    if (++steps > mostSteps) return { kind: "undecided", steps };
    const after = following(model, frame.states, op);
    if (after.length === 0) continue;
    done[index] = true;
    const name = `${bitsOf(done)} ${after.map((state) => model.name(state)).join(" ")}`;
    if (seen.has(name)) {
      done[index] = false;
      continue;
    }
    seen.add(name);
    chosen.push(index);
    frames.push({ states: after, candidates: candidatesOf(sorted, done), next: 0 });
  }

  function note(explained: number, frame: Frame<State>): void {
    if (best && best.explained >= explained) return;
    // The one that has to come next soonest: it was answered before any other that is left.
    const left = frame.candidates.flatMap((index) => sorted[index] ?? []);
    const stuck = left.toSorted((a, b) => a.to - b.to)[0];
    if (stuck) best = { explained, stuck };
  }
}

/** Calls that may come next: sent before the first answer among those that are left. */
function candidatesOf<Op extends Interval>(sorted: readonly Op[], done: readonly boolean[]): number[] {
  let firstAnswer = Number.POSITIVE_INFINITY;
  for (const [index, op] of sorted.entries()) {
    if (op.from > firstAnswer) break;
    if (!done[index] && op.to < firstAnswer) firstAnswer = op.to;
  }
  const candidates: number[] = [];
  for (const [index, op] of sorted.entries()) {
    if (op.from > firstAnswer) break;
    if (!done[index]) candidates.push(index);
  }
  return candidates;
}

/** Every state that one of these may turn into, each once. */
function following<State, Op extends Interval>(model: Model<State, Op>, states: readonly State[], op: Op): State[] {
  const byName = new Map<string, State>();
  for (const state of states) for (const next of model.step(state, op)) byName.set(model.name(next), next);
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, state]) => state);
}

const bitsOf = (done: readonly boolean[]): string => done.map((one) => (one ? "1" : "0")).join("");
