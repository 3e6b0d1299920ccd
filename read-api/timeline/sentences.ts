import type { Language, OrderEventType } from "../../domain/order/events.ts";
import { DE_SENTENCES } from "./speech/de-sentences.ts";
import { DE } from "./speech/de-vocabulary.ts";
import { EN_SENTENCES } from "./speech/en-sentences.ts";
import { EN } from "./speech/en-vocabulary.ts";
import type { Sentences } from "./speech/sentences.ts";
import { plain, type Vocabulary } from "./speech/vocabulary.ts";
import { type Told, Words } from "./speech/words.ts";

// What a timeline says of each event: one sentence that support can read out. Nothing personal stands in it.

const VOCABULARY: Readonly<Record<Language, Vocabulary>> = { en: EN, de: DE };
const SENTENCES: Readonly<Record<Language, Sentences>> = { en: EN_SENTENCES, de: DE_SENTENCES };

/** Types of events that have a sentence of their own. */
export const TOLD_TYPES: ReadonlySet<string> = new Set(Object.keys(EN_SENTENCES));

/** How things of an order are called in a language. */
export const wordsIn = (language: Language, told: Told): Words => new Words(VOCABULARY[language], told);

/**
 * An event as a sentence; of a type or shape that is not known here, its name in words.
 *
 * @param told what the order was placed with; left out, sites and items go without their names
 */
export function sentenceFor(
  type: string,
  data: unknown,
  actor: { readonly type: string },
  told?: Told,
  language: Language = "en",
): string {
  const words = wordsIn(language, told);
  const who = Object.hasOwn(words.say.who, actor.type) ? words.say.who[actor.type] : words.say.somebody;
  const fallback = `${who}: ${plain(type.replace(".", " "))}.`;
  if (!Object.hasOwn(SENTENCES[language], type)) return fallback;
  // The keys are the types whose data each sentence takes.
  const sentence = SENTENCES[language][type as OrderEventType] as (data: unknown, words: Words, who: string) => string;
  try {
    return sentence(data, words, actor.type);
  } catch {
    return fallback; // data of a later version of the type: its name is still true
  }
}
