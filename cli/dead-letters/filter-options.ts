import { z } from "zod";
import { ConfigError } from "../../infra/config.ts";
import type { LetterFilter } from "../../infra/dead-letters/filter.ts";

/** The options that choose letters, as commander gives them. */
export interface FilterOptions {
  readonly kind?: "event" | "effect";
  readonly consumer?: string;
  readonly type?: string;
  readonly class?: string;
  readonly error?: string;
  readonly order?: string;
  readonly eventType?: string;
  readonly before?: string;
  readonly after?: string;
}

/** The filter that the options name. Throws ConfigError for what is no id or no time. */
export function filterOf(options: FilterOptions, ids: readonly string[] = []): LetterFilter {
  const { kind, consumer, type, error, order, eventType, before, after } = options;
  return {
    ...(ids.length > 0 && { ids: ids.map(letterId) }),
    ...(kind !== undefined && { kind }),
    ...(consumer !== undefined && { consumer }),
    ...(type !== undefined && { failureType: type }),
    ...(options.class !== undefined && { failureClass: options.class }),
    ...(error !== undefined && { error }),
    ...(order !== undefined && { orderId: uuid("order", order) }),
    ...(eventType !== undefined && { eventType }),
    ...(before !== undefined && { before: time("before", before) }),
    ...(after !== undefined && { after: time("after", after) }),
  };
}

/** A letter's id. Throws ConfigError. */
export const letterId = (text: string): string => uuid("letter", text);

function uuid(what: string, text: string): string {
  if (!z.uuid().safeParse(text).success)
    throw new ConfigError(`"${text}" is no id of a${what === "order" ? "n" : ""} ${what}`);
  return text.toLowerCase();
}

function time(option: string, text: string): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new ConfigError(`--${option} takes a time such as 2026-11-21T18:00:00Z, not "${text}"`);
  return new Date(ms).toISOString();
}
