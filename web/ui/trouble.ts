import { effect, signal } from "@preact/signals";
import { ApiProblem, NoAnswer } from "../api/problem.ts";
import { language, messages } from "../messages/catalogue.ts";

/** What the API's refusals mean, by their code, in a language that it does not speak itself. */
const meanings = signal<Readonly<Record<string, string>>>({});

effect(() => {
  if (language.value === "en") {
    meanings.value = {};
    return;
  }
  import("../messages/de/problems.ts").then(
    ({ deProblems }) => {
      if (language.peek() === "de") meanings.value = deProblems;
    },
    // Without them the sentence for all answers of its status is said.
    () => undefined,
  );
});

/** What went wrong, in a sentence for the person at the screen, in their language. */
export function sentenceOf(error: unknown): string {
  const { trouble } = messages.value;
  if (error instanceof NoAnswer) return trouble[error.reason];
  if (!(error instanceof ApiProblem)) return trouble.unknown;
  if (error.status === 401) return trouble.noToken;
  const usual = ofStatus(error.status);
  // The server speaks English; what it says of this very case is more than a sentence for all of its kind.
  const said =
    language.value === "en"
      ? (error.detail ?? usual ?? error.title)
      : (meanings.value[error.code] ?? usual ?? error.detail ?? error.title);
  const sentence = said.charAt(0).toUpperCase() + said.slice(1);
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** What every answer of a status means, also one that a proxy in between has given. */
function ofStatus(status: number): string | undefined {
  const { trouble } = messages.value;
  if (status === 403) return trouble.forbidden;
  if (status === 429) return trouble.tooMany;
  if (status === 503) return trouble.unavailable;
  return status >= 500 ? trouble.failed : undefined;
}
