import type { Money } from "../../../domain/money/money.ts";
import type { FailureType, OrderEvent, PlacedFulfilment, SetAside } from "../../../domain/order/events.ts";
import { plain, type Vocabulary } from "./vocabulary.ts";

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

/** How things of this order are called in one language. */
export class Words {
  readonly say: Vocabulary;
  readonly #told: Told;

  constructor(say: Vocabulary, told: Told) {
    this.say = say;
    this.#told = told;
  }

  /** The name of the site that makes a part. */
  site(fulfilmentId: string): string {
    return this.#part(fulfilmentId)?.name ?? this.say.theSite;
  }

  /** A part of the order; the whole where one site makes everything. */
  part(fulfilmentId: string): string {
    const whole = this.#told?.fulfilments.length === 1 && this.#part(fulfilmentId) !== undefined;
    return whole ? this.say.theOrder : this.say.part(fulfilmentId);
  }

  /** What a reservation holds, as the beginning of a sentence in the plural. */
  goods(reservation: string): string {
    const substitute = this.#told?.substitutes?.find((one) => one.reservation === reservation);
    return substitute ? this.say.goodsOfSubstitute(substitute.name) : this.say.goods(this.part(reservation));
  }

  /** At which site something of a part happened, where it has come to several. */
  at(fulfilmentId: string): string {
    const known = this.#part(fulfilmentId);
    return known && this.#told?.later ? this.say.at(known.name) : "";
  }

  /** An item by name, by its SKU where the order does not know it. */
  item(sku: string): string {
    const lines = [...this.#parts().flatMap((one) => one.lines), ...(this.#told?.substitutes ?? [])];
    return lines.find((one) => one.sku === sku)?.name ?? sku;
  }

  /** A station of a part, with its site where there are several. */
  station(fulfilmentId: string, stage: string): string {
    const name = this.say.station[stage] ?? plain(stage);
    const several = (this.#told?.fulfilments.length ?? 0) > 1;
    return several ? this.say.stationAt(name, this.site(fulfilmentId)) : name;
  }

  /** A time of day where the order is made. */
  time(at: string): string {
    const { timeZone } = this;
    const time = new Date(at).toLocaleTimeString(this.say.locale, { timeZone, hour: "2-digit", minute: "2-digit" });
    return timeZone === "UTC" ? `${time} UTC` : time;
  }

  /** A day where the order is made. */
  day(at: string): string {
    return new Date(at).toLocaleDateString(this.say.locale, { timeZone: this.timeZone, day: "numeric", month: "long" });
  }

  get timeZone(): string {
    return this.#told?.fulfilments[0]?.timeZone ?? "UTC";
  }

  again(at: string | undefined): string {
    return at === undefined ? "" : this.say.again(this.time(at));
  }

  money(money: Money): string {
    return this.say.money(money);
  }

  failed(type: FailureType): string {
    return this.say.failure[type] ?? plain(type);
  }

  /** A site's reason, or why the system has given it up. */
  reason(code: string): string {
    return this.say.givenUp[code] ?? this.say.reason[code] ?? plain(code);
  }

  /** What was set aside. */
  work({ consumer, effectId, eventType }: SetAside): string {
    const what = effectId ?? (eventType === undefined ? undefined : plain(eventType));
    return `${this.say.consumer[consumer] ?? plain(consumer)}${what === undefined ? "" : ` (${what})`}`;
  }

  /** What a notice tells. */
  told(notice: string): string {
    const kind = notice.split("/")[0] ?? notice;
    return this.say.notice[kind] ?? this.say.notUsual(plain(kind));
  }

  /** Things in a row: "one, two and three". */
  row(things: readonly string[]): string {
    const last = things.at(-1);
    if (things.length < 2 || last === undefined) return last ?? "";
    return `${things.slice(0, -1).join(", ")}${this.say.and}${last}`;
  }

  #parts(): readonly PlacedFulfilment[] {
    return [...(this.#told?.fulfilments ?? []), ...(this.#told?.later ?? [])];
  }

  #part(fulfilmentId: string): PlacedFulfilment | undefined {
    return this.#parts().find((one) => one.fulfilmentId === fulfilmentId);
  }
}
