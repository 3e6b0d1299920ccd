import type { OrderEvent, PlacedFulfilment } from "../../domain/order/events.ts";

/** What sentences know of the order besides the event: names of its sites and items, and the sites' time. */
export interface KnownOrder {
  /** What it was placed with. */
  readonly fulfilments: readonly PlacedFulfilment[];
  /** What other sites have come to make later. */
  readonly later?: readonly PlacedFulfilment[] | undefined;
  /** Items that have come in the place of missing ones, by the reservation of each. */
  readonly substitutes?: readonly { readonly reservation: string; readonly sku: string; readonly name: string }[];
}
export type Told = KnownOrder | undefined;

/** What is known of an order after an event. */
export function learn(told: Told, event: OrderEvent): Told {
  if (event.type === "order.placed") return told ?? event.data;
  if (!told) return told;
  if (event.type === "order.rerouted") return { ...told, later: [...(told.later ?? []), ...event.data.fulfilments] };
  if (event.type !== "order.line_substituted") return told;
  const { reservedAs: reservation, substitute } = event.data;
  const { sku, name } = substitute;
  return { ...told, substitutes: [...(told.substitutes ?? []), { reservation, sku, name }] };
}

/** A code as people write it. */
export const plain = (code: string): string => code.replaceAll("_", " ");
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Who acted, and how things of this order are called. */
export class Words {
  readonly who: string;
  readonly #told: Told;

  constructor(who: string, told: Told) {
    this.who = who;
    this.#told = told;
  }

  /** The name of the site that makes a part. */
  site(fulfilmentId: string): string {
    return this.#part(fulfilmentId)?.name ?? "the site";
  }

  /** A part of the order; the whole where one site makes everything. */
  part(fulfilmentId: string): string {
    return this.#told?.fulfilments.length === 1 && this.#part(fulfilmentId) ? "the order" : `part ${fulfilmentId}`;
  }

  /** What a reservation holds, as the beginning of a sentence in the plural. */
  goods(reservation: string): string {
    const substitute = this.#told?.substitutes?.find((one) => one.reservation === reservation);
    return substitute ? `The goods for the substitute, ${substitute.name},` : `The goods of ${this.part(reservation)}`;
  }

  /** At which site something of a part happened, where it has come to several. */
  at(fulfilmentId: string): string {
    const known = this.#part(fulfilmentId);
    return known && this.#told?.later ? ` at ${known.name}` : "";
  }

  /** An item by name, by its SKU where the order does not know it. */
  item(sku: string): string {
    const lines = [...this.#parts().flatMap((one) => one.lines), ...(this.#told?.substitutes ?? [])];
    return lines.find((one) => one.sku === sku)?.name ?? sku;
  }

  /** A station of a part, with its site where there are several. */
  station(fulfilmentId: string, stage: string): string {
    const several = (this.#told?.fulfilments.length ?? 0) > 1;
    return several ? `${plain(stage)} at ${this.site(fulfilmentId)}` : plain(stage);
  }

  /** A time of day where the order is made. */
  time(at: string): string {
    const timeZone = this.#told?.fulfilments[0]?.timeZone ?? "UTC";
    const time = new Date(at).toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
    return timeZone === "UTC" ? `${time} UTC` : time;
  }

  again(at: string | undefined): string {
    return at === undefined ? "" : `; it is tried again at ${this.time(at)}`;
  }

  #parts(): readonly PlacedFulfilment[] {
    return [...(this.#told?.fulfilments ?? []), ...(this.#told?.later ?? [])];
  }

  #part(fulfilmentId: string): PlacedFulfilment | undefined {
    return this.#parts().find((one) => one.fulfilmentId === fulfilmentId);
  }
}
