const enc = encodeURIComponent;

export type Section = "projections" | "as-of" | "what-if" | "explain" | "charts";

/** Addresses of the analyst's pages. */
export const toSection = (section: Section): string => (section === "projections" ? "/analyst" : `/analyst/${section}`);

/** `asOf` and `whatIf` may come with the projection that is meant. */
export const toQuestion = (section: "as-of" | "what-if" | "explain", projection: string): string =>
  `/analyst/${section}?projection=${enc(projection)}`;

export const toProjection = (name: string): string => `/analyst/projections/${enc(name)}`;

export const toJob = (jobId: string): string => `/analyst/jobs/${enc(jobId)}`;

export interface ExplainedRow {
  readonly projection: string;
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
  /** Position at which the row was looked at; events after it are marked. */
  readonly until?: string | undefined;
}

export function toExplanation({ projection, table, key, until }: ExplainedRow): string {
  const query = new URLSearchParams({ projection, table, key: JSON.stringify(key) });
  if (until !== undefined) query.set("until", until);
  return `/analyst/explain?${query}`;
}

/** A key as people read it: its values, without the names of their columns. */
export const keyText = (key: Readonly<Record<string, string>>): string => Object.values(key).join(" · ");
