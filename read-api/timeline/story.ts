import type { Language, OrderEventType } from "../../domain/order/events.ts";
import { statusOf } from "../../domain/order/state.ts";
import { type Clause, clause, factsOf, type StoryOf } from "./happened.ts";
import { type Stands, standsFor } from "./pace.ts";
import { wordsIn } from "./sentences.ts";
import { DE_STORY } from "./speech/de-story.ts";
import { EN_STORY } from "./speech/en-story.ts";
import type { StoryPhrases } from "./speech/story-phrases.ts";
import { capital } from "./speech/vocabulary.ts";
import type { Words } from "./speech/words.ts";
import { standOf } from "./story-stand.ts";
import { awaitedBy, problemsOf } from "./story-wrong.ts";

/** One of the sentences that an order is told in. */
export interface StoryLine {
  /** How it began, what has happened since, and what is wrong (or that nothing is). */
  readonly about: "placed" | "happened" | "wrong";
  readonly tone: "plain" | "good" | "warn" | "bad";
  readonly sentence: string;
  /** Revisions of the events that say so, in the order of the sentence. */
  readonly sources: readonly string[];
}

/** An order as somebody would tell it on the phone. */
export interface Story {
  readonly lines: readonly StoryLine[];
  /** An open order that has stood in its step for longer than the business's rules leave it. */
  readonly stands: Stands | undefined;
}

const PHRASES: Readonly<Record<Language, StoryPhrases>> = { en: EN_STORY, de: DE_STORY };

/** Tells an order in three sentences, made from its events alone: how it began, what has happened, and what is wrong. */
export function tellStory(of: StoryOf): Story {
  const words = wordsIn(of.language, of.told);
  const phrases = PHRASES[of.language];
  const stands = standsFor(of.order, of.happened.at(-1)?.at ?? of.order.placedAt, of.now);
  const since = course(of, phrases, words);
  const clauses = since.map(({ text }) => text);
  // Clauses have commas of their own.
  const happened = clauses.length > 2 ? clauses.join("; ") : words.row(clauses);
  return {
    lines: [
      ...beginning(of, phrases, words),
      line("happened", "plain", happened || awaitedBy(of.order, phrases, words), since),
      end(of, phrases, words, stands),
    ],
    stands,
  };
}

const line = (
  about: StoryLine["about"],
  tone: StoryLine["tone"],
  text: string,
  from: readonly Clause[],
): StoryLine => ({
  about,
  tone,
  sentence: `${capital(text)}.`,
  sources: [...new Set(from.flatMap(({ sources }) => sources))],
});

function beginning({ happened }: StoryOf, phrases: StoryPhrases, words: Words): StoryLine[] {
  const placed = happened[0];
  if (placed?.fact.type !== "order.placed") return [];
  const text = phrases.placed(placed.fact.data, placed.at, words, placed.actor);
  return [line("placed", "plain", text, [{ text, sources: [placed.revision] }])];
}

/** Changes that the story names; of more it is enough to see them in the timeline. */
const MOST_CHANGES = 3;

/** What has happened since: the payment, what became different than planned, where it stands, and the money back. */
function course(of: StoryOf, phrases: StoryPhrases, words: Words): Clause[] {
  const { happened, order } = of;
  const all = <Type extends OrderEventType>(type: Type) => factsOf(happened, type);
  const paid = all("payment.confirmed").at(-1);
  const failures = all("payment.attempt_failed");
  const changes: Clause[] = [
    ...all("order.rerouted").map((one) => clause(phrases.rerouted(one.data, words), one)),
    ...all("order.line_substituted").map((one) => clause(phrases.substituted(one.data, words), one)),
    ...all("order.line_removed").map((one) => clause(phrases.removed(one.data, words), one)),
  ].slice(0, MOST_CHANGES);
  const lost = [...all("driver.declined"), ...all("driver.no_show")];
  const lastLost = lost.at(-1);
  const back = all("payment.refunded").filter(({ data }) => !order.payment.failedRefunds.includes(data.refund));
  const lastBack = back.at(-1);
  const stand = standOf(of.order, happened, phrases.stand, words);
  return [
    ...(paid && order.payment.captured > 0
      ? [clause(phrases.paid(paid.at, failures.length + 1, words), paid, ...failures.slice(-1))]
      : []),
    ...changes,
    ...(lastLost ? [clause(phrases.couriers(lost.length), ...lost.slice(-MOST_CHANGES))] : []),
    ...(stand ? [stand] : []),
    ...(lastBack
      ? [
          clause(
            phrases.refunded(order.payment.refunded, order.total.currency, lastBack.at, words),
            ...back.slice(-MOST_CHANGES),
          ),
        ]
      : []),
  ];
}

function end(of: StoryOf, phrases: StoryPhrases, words: Words, stands: Stands | undefined): StoryLine {
  const { order, happened } = of;
  const problems = problemsOf(of, phrases, words, stands);
  if (problems.length > 0) {
    const tone = problems.some(({ grave }) => grave) ? "bad" : "warn";
    return line("wrong", tone, phrases.together(problems.map(({ text }) => text)), problems);
  }
  const last = happened.at(-1);
  const from = (text: string): readonly Clause[] => [{ text, sources: last ? [last.revision] : [] }];
  const { fine } = phrases;
  switch (statusOf(order)) {
    case "delivered":
      return line("wrong", "good", fine.delivered(), from(fine.delivered()));
    case "shipped":
      return line("wrong", "good", fine.shipped(), from(fine.shipped()));
    case "out_of_stock":
    case "payment_failed":
    case "restaurant_rejected":
    case "cancelled": {
      const text = order.payment.captured > 0 ? fine.endedRefunded() : fine.endedUncharged();
      return line("wrong", "plain", text, from(text));
    }
    default: {
      const text = fine.waits(awaitedBy(order, phrases, words));
      return line("wrong", "good", text, from(text));
    }
  }
}
