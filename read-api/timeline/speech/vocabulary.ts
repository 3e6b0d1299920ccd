import type { Money } from "../../../domain/money/money.ts";
import type { FailureType, Language, NoticeChannel } from "../../../domain/order/events.ts";

type Named = Readonly<Record<string, string>>;

/** Words of one language for what stands in events as codes. */
export interface Vocabulary {
  readonly language: Language;
  /** How times are written. */
  readonly locale: string;
  /** Who acted, by the type of an actor: as the beginning of a sentence. */
  readonly who: Named;
  readonly somebody: string;
  /** The same as the one who did it, within a sentence. */
  readonly byWhom: Named;
  /** Why something failed, after "because". */
  readonly failure: Readonly<Record<FailureType, string>>;
  /** Why the system has given a site up. */
  readonly givenUp: Named;
  /** Reasons of sites that have a word of their own; others are said as they are. */
  readonly reason: Named;
  /** What a consumer was at. */
  readonly consumer: Named;
  readonly channel: Readonly<Record<NoticeChannel, string>>;
  /** Why a customer cannot be told anything. */
  readonly unreachable: Readonly<Record<"erased" | "no_channel", string>>;
  /** Rules of the check for fraud. */
  readonly rule: Named;
  /** What customers are told, by the first word of a notice. */
  readonly notice: Named;
  /** Of a notice without words of its own. */
  notUsual(kind: string): string;
  /** Stations that have a word of their own. */
  readonly station: Named;
  /** A site whose name is not known. */
  readonly theSite: string;
  readonly theOrder: string;
  part(fulfilmentId: string): string;
  /** What a reservation holds, as the beginning of a sentence in the plural. */
  goods(part: string): string;
  goodsOfSubstitute(name: string): string;
  at(site: string): string;
  stationAt(station: string, site: string): string;
  /** "and", with its spaces. */
  readonly and: string;
  again(time: string): string;
  money(money: Money): string;
}

/** A code as people write it. */
export const plain = (code: string): string => code.replaceAll("_", " ");
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
