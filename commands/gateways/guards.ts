import type { FailureType } from "../../domain/order/events.ts";
import { Circuit, type CircuitPolicy, type CircuitStateName, NotAnsweredError } from "../../infra/outside/circuit.ts";
import { type Outside, type OutsideSystem, outsideName } from "../../infra/outside/outside.ts";
import { type Answer, failed } from "./answer.ts";
import { classifyOutside } from "./failures/classify.ts";
import { nameOfFailure } from "./failures/network-failures.ts";

/**
 * Timeout, bulkhead and circuit between us and the outside. Every process manager calls its gateway through it.
 *
 * With the circuit open the answer comes at once: `transient`, `notAsked`. What a gateway throws becomes a failure by
 * its type; trouble of our own engines and mistakes in our own program are thrown on.
 */
export interface OutsideGuards {
  /** `act` may give its call up with the signal, which says that nobody waits for the answer any more. */
  call<Value>(outside: Outside, act: (signal: AbortSignal) => Promise<Answer<Value>>): Promise<Answer<Value>>;
}

/** Asks an outside system at a place for an answer only; it changes nothing there. */
export type Probe = (place: string) => Promise<Answer<unknown>>;

export interface GuardsOptions extends CircuitPolicy {
  /** Without a probe of its system, an open circuit lets one real call through now and then. */
  readonly probes?: Partial<Readonly<Record<OutsideSystem, Probe>>>;
}

/** What suits the outside world by default; see the settings of the same meaning. */
export const DEFAULT_GUARDS: CircuitPolicy = { timeoutMs: 15_000, failures: 5, probeMs: 5_000, atOnce: 32 };

/** A circuit, for people and for the table. */
export interface CircuitSeen extends Outside {
  readonly state: CircuitStateName;
  /** Since when it is in this state: epoch milliseconds, real time. */
  readonly since: number;
  /** Of the transient failure that came last. */
  readonly failureType: FailureType | undefined;
}

interface Kept {
  readonly outside: Outside;
  readonly circuit: Circuit<Answer<unknown>>;
  since: number;
  failureType: FailureType | undefined;
  probing: NodeJS.Timeout | undefined;
}

/** The circuits of this process, one for each outside system and place that was called. */
export class Guards implements OutsideGuards {
  readonly #options: GuardsOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #listeners: ((seen: CircuitSeen) => void)[] = [];
  #closed = false;

  constructor(options: GuardsOptions = DEFAULT_GUARDS) {
    this.#options = options;
  }

  async call<Value>(outside: Outside, act: (signal: AbortSignal) => Promise<Answer<Value>>): Promise<Answer<Value>> {
    const kept = this.#keep(outside);
    try {
      const answer = await kept.circuit.call(
        (signal) => answering(() => act(signal)),
        this.#probeOf(outside) === undefined,
      );
      noteFailure(kept, answer);
      return answer as Answer<Value>; // the circuit hands the answer through as `act` gave it
    } catch (error) {
      if (!(error instanceof NotAnsweredError)) throw error;
      const answer = failed({
        class: "transient",
        type: unavailable(outside.system, error.why),
        message: `${outsideName(outside)}: ${error.message}`,
        ...(error.why !== "late" && { notAsked: true }),
      });
      if (error.why === "late") noteFailure(kept, answer);
      return answer;
    }
  }

  state(outside: Outside): CircuitStateName {
    return this.#kept.get(outsideName(outside))?.circuit.state ?? "closed";
  }

  /** Every circuit of this process, whatever its state. */
  circuits(): CircuitSeen[] {
    return [...this.#kept.values()].map(seenOf);
  }

  /** Told of each circuit that opens or closes. */
  onChange(listener: (seen: CircuitSeen) => void): void {
    this.#listeners.push(listener);
  }

  /** Takes a circuit as open that another life of this process has left open: it is probed, and closes when it may. */
  adopt({ system, place, since, failureType }: Omit<CircuitSeen, "state">): void {
    const known = this.#kept.get(outsideName({ system, place }));
    if (known !== undefined || this.#closed) return;
    const kept = this.#keep({ system, place }, { open: true });
    Object.assign(kept, { since, failureType });
    this.#probeLater(kept);
  }

  /** Ends the probing. */
  close(): void {
    this.#closed = true;
    for (const { probing } of this.#kept.values()) clearTimeout(probing);
  }

  #probeOf({ system }: Outside): Probe | undefined {
    return this.#options.probes?.[system];
  }

  #keep(outside: Outside, begin: { readonly open: boolean } = { open: false }): Kept {
    const name = outsideName(outside);
    const known = this.#kept.get(name);
    if (known) return known;
    const circuit = new Circuit<Answer<unknown>>(this.#options, countsAgainst, begin);
    const kept: Kept = { outside, circuit, since: Date.now(), failureType: undefined, probing: undefined };
    circuit.onChange((state) => {
      kept.since = Date.now();
      if (state === "open") this.#probeLater(kept);
      for (const listener of this.#listeners) listener(seenOf(kept));
    });
    this.#kept.set(name, kept);
    return kept;
  }

  #probeLater(kept: Kept): void {
    const probe = this.#probeOf(kept.outside);
    if (probe === undefined || this.#closed) return;
    clearTimeout(kept.probing);
    const ask = async () => {
      await kept.circuit
        .probe(async () => {
          const answer = await answering(() => probe(kept.outside.place)).catch(unclear);
          noteFailure(kept, answer);
          return answer;
        })
        // No answer in time: the circuit has noted it.
        .catch(() => undefined);
      if (kept.circuit.state === "open") this.#probeLater(kept);
    };
    kept.probing = setTimeout(ask, this.#options.probeMs).unref();
  }
}

const seenOf = ({ outside, circuit, since, failureType }: Kept): CircuitSeen => ({
  ...outside,
  state: circuit.state,
  since,
  failureType,
});

function noteFailure(kept: Kept, answer: Answer<unknown>): void {
  if (countsAgainst(answer) && !answer.ok) kept.failureType = answer.failure.type;
}

/** Makes a failure of what a gateway throws. */
async function answering<Value>(act: () => Promise<Answer<Value>>): Promise<Answer<Value>> {
  try {
    return await act();
  } catch (error) {
    const { class: cls, failureType } = classifyOutside(error);
    if (cls !== "transient" && cls !== "permanent") throw error;
    return failed({ class: cls, type: failureType, message: nameOfFailure(error) });
  }
}

/** A mistake of ours in a probe says nothing of the other side: its circuit stays open. */
const unclear = (error: unknown): Answer<never> =>
  failed({ class: "transient", type: "unknown", message: nameOfFailure(error) });

/** Only an answer that says "later" counts against a circuit: a declined card is an answer of a system that works. */
const countsAgainst = (result: unknown): boolean => {
  const answer = result as Answer<unknown>; // circuits are given nothing but answers
  return !answer.ok && answer.failure.class === "transient" && !answer.failure.answered;
};

function unavailable(system: OutsideSystem, why: NotAnsweredError["why"]): FailureType {
  if (system === "carrier") return "carrier_unavailable";
  return system === "payment" && why === "late" ? "payment_timeout" : "service_unavailable";
}
