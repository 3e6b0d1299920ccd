/**
 * What the metadata of a stream says about which of its events are read. The metadata of `s` is the data of the last
 * `$metadata` event in `$$s`. All of it hides a beginning of the stream, never something in its middle.
 */
export interface StreamRules {
  /** Only so many of the newest events are read. */
  maxCount: number | undefined;
  /** Only events that are not older are read; microseconds. */
  maxAge: number | undefined;
  /** Events below this revision are not read; `DELETED` for a stream that was deleted and may be written again. */
  truncateBefore: number;
}

/**
 * The largest revision. The real server's is 2^63 - 1, which JavaScript's numbers cannot hold; readers of the wire
 * format take every number beyond the safe ones for this one, and writers send the real one for it. As a stream's head
 * it means that the stream was tombstoned, as `$tb` that it was deleted.
 */
export const DELETED: number = Number.MAX_SAFE_INTEGER;

export const NO_RULES: StreamRules = { maxCount: undefined, maxAge: undefined, truncateBefore: 0 };
/** Of a metadata stream only the last event is read. */
const METASTREAM_RULES: StreamRules = { ...NO_RULES, maxCount: 1 };

const META = "$$";
export const METADATA_TYPE = "$metadata";
export const TOMBSTONE_TYPE = "$streamDeleted";

export const metastreamOf = (name: string): string => META + name;
/** The stream whose metadata lies in `name`, or undefined when that is an ordinary stream. */
export const originalOf = (name: string): string | undefined => (name.startsWith(META) ? name.slice(2) : undefined);
/** The rules that do not depend on any metadata. */
export const fixedRules = (name: string): StreamRules | undefined =>
  name.startsWith(META) ? METASTREAM_RULES : undefined;

type Fields = Record<string, unknown>;

function parseFields(data: Uint8Array): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(data).toString("utf8"));
    // An object that is no array has fields of unknown values.
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** The rules in a metadata event. What is not metadata, or holds a value out of range, hides nothing. */
export function parseRules(data: Uint8Array): StreamRules {
  const fields = parseFields(data);
  if (!fields) return NO_RULES;
  const { $maxCount, $maxAge, $tb } = fields;
  const atLeast = (value: unknown, least: number) =>
    value === undefined || value === null || (Number.isInteger(value) && Number(value) >= least);
  if (!atLeast($maxCount, 1) || !atLeast($maxAge, 1) || !atLeast($tb, 0)) return NO_RULES;
  return {
    maxCount: $maxCount === undefined || $maxCount === null ? undefined : Number($maxCount),
    maxAge: $maxAge === undefined || $maxAge === null ? undefined : Number($maxAge) * 1e6,
    truncateBefore: Math.min(Number($tb ?? 0), DELETED),
  };
}

/** The metadata of a deleted stream: nothing of what it was before stays. */
export const DELETED_METADATA: Buffer = Buffer.from('{"$tb":9223372036854775807}');

/** The same metadata for a stream that is written again from `revision` on. */
export function undeleted(data: Uint8Array, revision: number): Buffer {
  return Buffer.from(JSON.stringify({ ...parseFields(data), $tb: revision }));
}
