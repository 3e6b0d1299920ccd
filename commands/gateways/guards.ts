import type { FailureType } from "../../domain/order/events.ts";
import { Circuit, type CircuitPolicy, type CircuitStateName, NotAnsweredError } from "../../infra/outside/circuit.ts";
import { type Outside, type OutsideSystem, outsideName } from "../../infra/outside/outside.ts";
import { type Answer, failed } from "./answer.ts";

/**
 * Timeout, bulkhead and circuit between us and the outside. Every process manager calls its gateway through it.
 *
 * With the circuit open the answer comes at once: `transient`, `notAsked`.
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

/** The circuits of this process, one for each outside system and place that was called. */
export class Guards implements OutsideGuards {
  readonly #options: GuardsOptions;
  readonly #circuits = new Map<string, Circuit<Answer<unknown>>>();

  constructor(options: GuardsOptions = DEFAULT_GUARDS) {
    this.#options = options;
  }

  async call<Value>(outside: Outside, act: (signal: AbortSignal) => Promise<Answer<Value>>): Promise<Answer<Value>> {
    const probed = this.#options.probes?.[outside.system] !== undefined;
    try {
      // The circuit hands the answer through as `act` gave it.
      return (await this.#circuit(outside).call(act, !probed)) as Answer<Value>;
    } catch (error) {
      if (!(error instanceof NotAnsweredError)) throw error;
      const message = `${outsideName(outside)}: ${error.message}`;
      return failed({
        class: "transient",
        type: unavailable(outside.system, error.why),
        message,
        ...(error.why !== "late" && { notAsked: true }),
      });
    }
  }

  state(outside: Outside): CircuitStateName {
    return this.#circuits.get(outsideName(outside))?.state ?? "closed";
  }

  #circuit(outside: Outside): Circuit<Answer<unknown>> {
    const name = outsideName(outside);
    const known = this.#circuits.get(name);
    if (known) return known;
    const circuit = new Circuit<Answer<unknown>>(this.#options, isTransient);
    this.#circuits.set(name, circuit);
    return circuit;
  }
}

/** Only an answer that says "later" counts against a circuit: a declined card is an answer of a system that works. */
const isTransient = (result: unknown): boolean => {
  // Circuits are given nothing but answers.
  const answer = result as Answer<unknown>;
  return !answer.ok && answer.failure.class === "transient";
};

function unavailable(system: OutsideSystem, why: NotAnsweredError["why"]): FailureType {
  if (system === "carrier") return "carrier_unavailable";
  return system === "payment" && why === "late" ? "payment_timeout" : "service_unavailable";
}
