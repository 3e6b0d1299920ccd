import canonicalize from "canonicalize";

/** What may stand in an event: no floating point, no `undefined`, no lone surrogate. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A value that the contract does not allow to be stored. */
export class NotStorableError extends Error {
  readonly code = "not_storable";
  readonly path: string;
  constructor(path: string, what: string, options?: ErrorOptions) {
    super(`${path || "value"}: ${what}`, options);
    this.path = path;
  }
}

/**
 * RFC 8785 (JSON Canonicalization Scheme) of a value, the bytes that hashes and fingerprints are computed over.
 * Throws NotStorableError for anything that has no canonical form.
 */
export function canonicalJson(value: unknown): string {
  const text = canonical(value);
  if (text === undefined) throw new NotStorableError("", "has no canonical JSON form");
  return text;
}

function canonical(value: unknown): string | undefined {
  try {
    return canonicalize(value);
  } catch (cause) {
    throw new NotStorableError("", "has no canonical JSON form", { cause });
  }
}

/**
 * Checks the contract's rule for stored values: well-formed Unicode and safe integers only, in plain objects and lists.
 * An instance of a class is refused: what it becomes as JSON is not what it is, and `Personal` must never get there.
 * Throws NotStorableError naming the path of the first offence.
 */
export function assertStorable(value: unknown, path = ""): void {
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed()) throw new NotStorableError(path, "text is not well-formed Unicode");
      return;
    case "number":
      if (!Number.isSafeInteger(value)) throw new NotStorableError(path, `${value} is not a safe integer`);
      return;
    case "boolean":
    case "undefined":
      return;
    case "object":
      if (value === null) return;
      if (Array.isArray(value)) {
        for (const [index, item] of value.entries()) {
          if (item === undefined) throw new NotStorableError(`${path}[${index}]`, "a list cannot hold undefined");
          assertStorable(item, `${path}[${index}]`);
        }
        return;
      }
      if (!isPlain(value)) throw new NotStorableError(path, `a ${value.constructor.name} cannot be stored`);
      for (const [key, item] of Object.entries(value)) {
        if (!key.isWellFormed()) throw new NotStorableError(path, "a key is not well-formed Unicode");
        assertStorable(item, path ? `${path}.${key}` : key);
      }
      return;
    default:
      throw new NotStorableError(path, `a ${typeof value} cannot be stored`);
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
