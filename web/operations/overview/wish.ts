import type { LetterFilter } from "../../api/dead-letters.ts";
import type { Difference } from "../../api/operations.ts";

/** What a button of the overview asks before it does it. */
export type Wish =
  | { readonly kind: "compare" }
  | { readonly kind: "settle"; readonly difference: Difference }
  | { readonly kind: "redrive"; readonly filter: LetterFilter; readonly letters: number };
