import { ApiProblem } from "../api/problem.ts";
import { messages } from "../messages/catalogue.ts";
import { sentenceOf } from "../ui/trouble.ts";

/** Why an order of which this device knows nothing cannot be shown. */
export const strangerSentence = (trouble: unknown): string => {
  const words = messages.value.tracker;
  if (trouble instanceof ApiProblem && trouble.status === 404) return words.notKnown;
  return trouble instanceof ApiProblem && trouble.status === 403 ? words.notYours : sentenceOf(trouble);
};
