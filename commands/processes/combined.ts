import type { Order } from "../../domain/order/state.ts";
import type { Effect, Owed, Performed, ProcessManager } from "./runner/process-manager.ts";

/** Process managers that share a consumer, a lease and a schema. Each owes effects under a prefix of its own. */
export class CombinedProcess implements ProcessManager {
  readonly name: ProcessManager["name"];
  readonly #parts: ReadonlyMap<string, ProcessManager>;

  /** @param parts by the first word of their effects' ids: `courier` of `courier.assign/1` */
  constructor(name: ProcessManager["name"], parts: Readonly<Record<string, ProcessManager>>) {
    this.name = name;
    this.#parts = new Map(Object.entries(parts));
  }

  handles(type: string): boolean {
    return [...this.#parts.values()].some((part) => part.handles(type));
  }

  owed(order: Order): readonly Owed[] {
    return [...this.#parts.values()].flatMap((part) => part.owed(order));
  }

  async perform(effect: Effect, order: Order): Promise<Performed> {
    const word = effect.id.slice(0, effect.id.indexOf("."));
    const part = this.#parts.get(word);
    if (!part) throw new Error(`no part of ${this.name} carries out ${effect.id}`);
    return await part.perform(effect, order);
  }

  async sweep(held: () => boolean): Promise<void> {
    // Each for itself: what fails in the one keeps nobody from the other.
    const swept = await Promise.allSettled([...this.#parts.values()].map((part) => part.sweep?.(held)));
    const failures = swept.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
  }
}
