import { ApiProblem, NoAnswer } from "../api/problem.ts";
import { messages } from "../messages/catalogue.ts";

/** What went wrong, in a sentence for the person at the screen. */
export function sentenceOf(error: unknown): string {
  const { trouble } = messages.value;
  if (error instanceof NoAnswer) return trouble[error.reason];
  if (!(error instanceof ApiProblem)) return trouble.unknown;
  if (error.status === 401) return trouble.noToken;
  const usual = error.status === 503 ? trouble.unavailable : error.status === 403 ? trouble.forbidden : error.title;
  const said = error.detail ?? usual;
  const sentence = said.charAt(0).toUpperCase() + said.slice(1);
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}
