import type { BulkKind } from "../../../domain/catalogue/bulk.ts";
import { storedSignal } from "../stored.ts";
import type { Texts } from "./fields.ts";

/** Forms that somebody has begun and not saved, by kind and id: they outlive a reload and a lost connection. */
const kept = storedSignal<Readonly<Record<string, Texts>>>("catalogue", {});

/** Forms that are kept at most; the oldest goes first. */
const MOST = 20;

const nameOf = (kind: BulkKind, id: string) => `${kind}/${id}`;

/** What was typed for an entry; undefined when nothing was. */
export const typedFor = (kind: BulkKind, id: string): Texts | undefined => kept.signal.value[nameOf(kind, id)];

export function keepTyped(kind: BulkKind, id: string, texts: Texts | undefined): void {
  const { [nameOf(kind, id)]: _, ...others } = kept.signal.peek();
  const entries = Object.entries(others).slice(-(MOST - 1));
  kept.set(Object.fromEntries(texts ? [...entries, [nameOf(kind, id), texts]] : entries));
}
