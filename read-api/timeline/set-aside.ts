import type { Language } from "../../domain/order/events.ts";
import { parkedOf } from "../../infra/dead-letters/letters.ts";
import { isDatabaseTrouble } from "../../infra/postgres/trouble.ts";
import type { ReadServices } from "../services.ts";
import { sentenceFor, wordsIn } from "./sentences.ts";

/** Work on an order that waits for somebody's decision. */
export interface SetAsideWork {
  readonly letterId: string;
  readonly consumer: string;
  readonly eventId: string | undefined;
  readonly effectId: string | undefined;
  readonly failureType: string;
  readonly since: string;
  readonly sentence: string;
  /** What was set aside, as a part of a sentence. */
  readonly work: string;
}

/**
 * What of an order is set aside now, from the dead letters themselves: known before the order's stream is told, and also
 * when it is the timeline that has set it aside. None while the database is away.
 */
export async function setAsideOf(
  { pool, log }: Pick<ReadServices, "pool" | "log">,
  orderId: string,
  language: Language = "en",
): Promise<SetAsideWork[]> {
  try {
    return (await parkedOf(pool, orderId)).map((letter) => {
      const { consumer, kind, failureType, failureClass, type } = letter;
      const eventId = kind === "event" ? letter.eventId : undefined;
      const data = { consumer, eventId, effectId: letter.effectId, eventType: type, failureType, failureClass };
      return {
        letterId: letter.id,
        consumer,
        eventId,
        effectId: letter.effectId,
        failureType,
        since: letter.firstFailedAt,
        sentence: sentenceFor("processing.parked", data, { type: "system" }, undefined, language),
        work: wordsIn(language, undefined).work(data),
      };
    });
  } catch (error) {
    if (!isDatabaseTrouble(error)) throw error;
    log.warn({ err: error, orderId }, "an order is told without what is set aside of it");
    return [];
  }
}
