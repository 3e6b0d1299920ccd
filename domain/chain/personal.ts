import type { Sealed } from "./sealing.ts";

/**
 * Personal data on its way into an event. Deciders put it where the sealed value belongs; the writer seals it under
 * the customer's key once the event's id is known (order of computing: fingerprint, event id, sealing, hash).
 */
export class Personal<Value = unknown> {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}

/** A field that holds personal data: plain only between deciding and writing, sealed for ever after. */
export type PersonalData<Value = unknown> = Personal<Value> | Sealed;

/**
 * Replaces every `Personal` inside a value by what `sealOne` makes of it and leaves out fields that are undefined, so
 * that what is hashed is exactly what is stored.
 */
export function sealPersonal(value: unknown, sealOne: (plain: unknown) => Sealed): unknown {
  if (value instanceof Personal) return sealOne(value.value);
  if (Array.isArray(value)) return value.map((item) => sealPersonal(item, sealOne));
  if (typeof value === "object" && value !== null) {
    const kept = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(kept.map(([key, item]) => [key, sealPersonal(item, sealOne)]));
  }
  return value;
}
