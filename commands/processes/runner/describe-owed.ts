import { toInstant } from "../../../infra/clock.ts";
import { outsideName } from "../../../infra/outside/outside.ts";
import type { Owed } from "./process-manager.ts";

/** An owed effect in one line for people: what it is, when it is due, whom it asks. */
export function describeOwed({ id, dueAt, outside, early, lane }: Owed): string {
  const parts = [
    `${early ? "planned retry at" : "due"} ${toInstant(dueAt)}`,
    ...(outside === undefined ? [] : [`asks ${outsideName(outside)}`]),
    ...(lane === undefined ? [] : [`one at a time for ${lane}`]),
  ];
  return `${id} (${parts.join(", ")})`;
}
