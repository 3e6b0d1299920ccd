import { readStored, writeStored } from "../stored.ts";

const NAME = "kitchen-acknowledged";
const KEPT = 500;

/** True when somebody at this display has taken note that a ticket is cancelled. */
export const isAcknowledged = (id: string): boolean => (readStored<readonly string[]>(NAME) ?? []).includes(id);

export function acknowledge(id: string): void {
  const all = readStored<readonly string[]>(NAME) ?? [];
  writeStored(NAME, [id, ...all.filter((known) => known !== id)].slice(0, KEPT));
}
