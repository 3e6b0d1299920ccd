import { createHash } from "node:crypto";

/** A number in [0, 1) that is the same for the same words. */
const lot = (words: string): number => createHash("sha256").update(words).digest().readUInt32BE() / 2 ** 32;

/** Whether something goes wrong here: the same answer for the same words, true for about `share` of all. */
export const strikes = (share: number, words: string): boolean => share > 0 && lot(words) < share;

const drawn = (list: readonly string[], words: string): string => list[Math.floor(lot(words) * list.length)] ?? "";

/** Cards of the simulated gateway that it declines. */
export const declinedCard = (words: string): string =>
  drawn(["pm_card_chargeDeclined", "pm_card_insufficientFunds", "pm_card_chargeDeclinedExpiredCard"], words);

/** What kitchens say when they take no order. */
export const rejectionReason = (words: string): string => drawn(["too_busy", "oven_broken", "closing_early"], words);
