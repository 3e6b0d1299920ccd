import type { Classified } from "../../gateways/failures/classify.ts";
import { withJitter } from "../retry-plan.ts";

/** What becomes of an effect that has failed. */
export type Verdict =
  /** Carried out again after a delay; only a counted try brings it nearer to its dead letter. */
  { readonly is: "again"; readonly delayMs: number; readonly counted: boolean } | { readonly is: "dead" };

/** Trouble of our own engines: asked again soon, for as long as it lasts. */
const OURS_MS = 1_000;
/** What only people can mend. */
const FAULT_MS = 15_000;

/**
 * Decides about an effect whose failure its process manager did not record itself.
 *
 * @param tries counted tries before this one
 * @param delaysMs delays after the first, second, … failed try: one more try than there are delays is made
 */
export function verdictOn(
  failure: Classified,
  tries: number,
  delaysMs: readonly number[],
  random: () => number = Math.random,
): Verdict {
  if (failure.class === "ours") {
    return { is: "again", delayMs: withJitter(failure.fault ? FAULT_MS : OURS_MS, random), counted: false };
  }
  if (failure.class !== "transient") return { is: "dead" };
  // Nobody was asked, so nothing has failed: it waits for the circuit, however long that takes.
  const delayMs = failure.notAsked ? (delaysMs[tries] ?? delaysMs.at(-1) ?? OURS_MS) : delaysMs[tries];
  if (delayMs === undefined) return { is: "dead" };
  return { is: "again", delayMs: withJitter(delayMs, random), counted: !failure.notAsked };
}
