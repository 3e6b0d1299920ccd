import type { LetterCount } from "../../api/dead-letters.ts";
import { operationsWords } from "../../messages/operations.ts";

/** What kind of failure it was and what that means, in words. */
export function failureText({ failureType, failureClass }: Pick<LetterCount, "failureType" | "failureClass">): string {
  const { failureClasses, failureTypes } = operationsWords.value.dead;
  return `${failureClasses[failureClass] ?? failureClass}: ${failureTypes[failureType] ?? failureType}`;
}
