import type { z } from "zod";
import type { BulkKind } from "../../domain/catalogue/bulk.ts";
import { decide as decideItem, type ItemState, itemStream } from "../../domain/catalogue/item.ts";
import { commandIdFor, fingerprint } from "../../domain/chain/ids.ts";
import { Refusal } from "../../domain/refusal.ts";
import { decide as decideSite, type SiteState, STATIONS, siteStream } from "../../domain/site/site.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import { listItemBody, openSiteBody } from "../http/schemas.ts";
import type { Decided, Envelope } from "../writing/build-events.ts";
import type { Aggregate } from "../writing/stream-memory.ts";
import type { StreamWriter } from "../writing/writer.ts";
import { items, sites } from "./catalogue-aggregates.ts";

/** What importing writes with. */
export interface BulkServices {
  readonly writer: StreamWriter;
  readonly fingerprintKey: Uint8Array;
  readonly clock: Clock;
}

/** A field that an entry changes; what was not there before is undefined. */
export interface BulkChange {
  readonly field: string;
  readonly before?: unknown;
  readonly after: unknown;
}

/** What an entry does, or has done. */
export interface BulkOutcome {
  readonly outcome: "created" | "changed" | "unchanged" | "refused";
  /** SKU or site id; undefined where the entry does not name a valid one. */
  readonly id?: string | undefined;
  readonly changes: readonly BulkChange[];
  /** Why it is refused. */
  readonly fault?: string | undefined;
}

/** Says what an entry would do; writes nothing. */
export const checkEntry = (services: BulkServices, kind: BulkKind, value: unknown): Promise<BulkOutcome> =>
  kind === "items" ? check(services, itemEntry(value)) : check(services, siteEntry(value));

/**
 * Imports an entry: what is new is created, what differs is changed, the rest stays. Asking again does nothing twice. An
 * entry that is not valid is answered as refused; rejects when the store cannot be reached.
 *
 * @param admin id of the admin whose act this is
 */
export const importEntry = (
  services: BulkServices,
  kind: BulkKind,
  admin: string,
  value: unknown,
): Promise<BulkOutcome> =>
  kind === "items"
    ? carryOut(services, itemEntry(value), { kind, admin, value })
    : carryOut(services, siteEntry(value), { kind, admin, value });

/** An entry that is valid, with the stream that it is about. */
interface Entry<State extends object> {
  readonly id: string;
  readonly stream: string;
  readonly aggregate: Aggregate<State | undefined>;
  /** What the entry names: a change of something that is there leaves out what was only filled in by default. */
  readonly whole: object;
  readonly named: object;
  decide(known: State | undefined, details: object): readonly Decided[];
}

type Read<State extends object> = Entry<State> | { readonly fault: string; readonly id: string | undefined };

function itemEntry(value: unknown): Read<NonNullable<ItemState>> {
  const read = valid(listItemBody, value);
  if ("fault" in read) return { fault: read.fault, id: nameIn(value, "sku") };
  const { sku, ...details } = read.data;
  return {
    id: sku,
    stream: itemStream(sku),
    aggregate: items,
    whole: details,
    named: onlyNamed(details, value),
    decide: (known, changed) =>
      decideItem(known ? { type: "change", details: changed } : { type: "list", sku, details }, known),
  };
}

function siteEntry(value: unknown): Read<NonNullable<SiteState>> {
  const read = valid(openSiteBody, value);
  if ("fault" in read) return { fault: read.fault, id: nameIn(value, "siteId") };
  const { siteId, stations, ...rest } = read.data;
  const details = { ...rest, stations: stations ?? STATIONS[rest.kind] };
  return {
    id: siteId,
    stream: siteStream(siteId),
    aggregate: sites,
    whole: details,
    named: onlyNamed(details, value),
    decide: (known, changed) =>
      decideSite(known ? { type: "change", details: changed } : { type: "open", siteId, details }, known),
  };
}

const nameIn = (value: unknown, field: string): string | undefined => {
  const name = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[field] : undefined;
  return typeof name === "string" ? name.slice(0, 80) : undefined;
};

const onlyNamed = (details: object, value: unknown): object =>
  Object.fromEntries(Object.entries(details).filter(([field]) => Object.hasOwn(value as object, field)));

async function check<State extends object>({ writer }: BulkServices, entry: Read<State>): Promise<BulkOutcome> {
  if ("fault" in entry) return refused(entry.id, entry.fault);
  const { state } = await writer.memory.refresh(entry.stream, entry.aggregate);
  const changes = changesOf(state, entry);
  try {
    if (state === undefined || changes.length > 0) entry.decide(state, changedBy(changes));
  } catch (error) {
    if (error instanceof Refusal) return refused(entry.id, error.message);
    throw error;
  }
  return { outcome: outcomeOf(state, changes), id: entry.id, changes };
}

async function carryOut<State extends object>(
  services: BulkServices,
  entry: Read<State>,
  asked: { readonly kind: BulkKind; readonly admin: string; readonly value: unknown },
): Promise<BulkOutcome> {
  if ("fault" in entry) return refused(entry.id, entry.fault);
  const { writer } = services;
  const { state: known, revision } = await writer.memory.refresh(entry.stream, entry.aggregate);
  const seen = changesOf(known, entry);
  try {
    const { own, repeated } = await writer.write({
      stream: entry.stream,
      aggregate: entry.aggregate,
      kind: "fact",
      envelope: envelopeOf(services, asked, revision),
      decide: (state) => {
        const changes = changesOf(state, entry);
        return state && changes.length === 0 ? [] : entry.decide(state, changedBy(changes));
      },
    });
    if (own === undefined || repeated) return { outcome: "unchanged", id: entry.id, changes: [] };
    return { outcome: outcomeOf(known, seen), id: entry.id, changes: seen };
  } catch (error) {
    if (error instanceof Refusal) return refused(entry.id, error.message);
    throw error;
  }
}

const refused = (id: string | undefined, fault: string): BulkOutcome => ({
  outcome: "refused",
  id,
  changes: [],
  fault,
});

const outcomeOf = (known: object | undefined, changes: readonly BulkChange[]): BulkOutcome["outcome"] =>
  known === undefined ? "created" : changes.length > 0 ? "changed" : "unchanged";

/** What differs from what is there; of something new, all of it. */
function changesOf(state: object | undefined, { whole, named }: { whole: object; named: object }): BulkChange[] {
  const before = (state ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(state === undefined ? whole : named).flatMap(([field, after]) =>
    JSON.stringify(before[field]) === JSON.stringify(after) ? [] : [{ field, before: before[field], after }],
  );
}

const changedBy = (changes: readonly BulkChange[]): object =>
  Object.fromEntries(changes.map(({ field, after }) => [field, after]));

function valid<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): { readonly data: z.output<Schema> } | { readonly fault: string } {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data };
  return {
    fault: parsed.error.issues.map(({ path, message }) => `${path.join(".") || "line"}: ${message}`).join("; "),
  };
}

/** One command for an entry and what it finds: an entry that comes back after another change is a new command. */
function envelopeOf(
  { fingerprintKey, clock }: BulkServices,
  { kind, admin, value }: { readonly kind: BulkKind; readonly admin: string; readonly value: unknown },
  found: bigint,
): Envelope {
  const fp = fingerprint(fingerprintKey, { command: `import.${kind}`, body: value });
  return {
    cmd: commandIdFor(`admin:${admin}`, `import/${kind}/${fp}/${found}`),
    fp,
    at: toInstant(clock.now()),
    actor: { type: "admin", id: admin },
    correlationId: `import-${kind}`,
    causationId: `import/${fp}`,
  };
}
