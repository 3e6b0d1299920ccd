import {
  getLetter,
  getLetters,
  getRedrives,
  getRules,
  type LetterFilter,
  type LetterList,
  type LetterState,
  type RedriveJob,
  type WholeLetter,
} from "../../api/dead-letters.ts";
import { type Polled, poll } from "../polled.ts";

const EVERY = 3_000;
const EVERY_WHILE_RUNNING = 1_000;
const MOST_SHOWN = 100;

/** What the page of dead letters shows, as its address says. */
export interface Shown {
  readonly filter: LetterFilter;
  readonly state: LetterState | "all";
}

const STATES: readonly (LetterState | "all")[] = ["parked", "redriven", "discarded", "all"];

/** Reads a query as what is to be shown. */
export function shownBy(query: string): Shown {
  const asked = new URLSearchParams(query);
  const state = STATES.find((one) => one === asked.get("state")) ?? "parked";
  const [consumer, error] = [asked.get("consumer"), asked.get("error")];
  return { state, filter: { ...(consumer === null ? {} : { consumer }), ...(error === null ? {} : { error }) } };
}

/** The address that shows this. */
export function toShown({ filter, state }: Shown): string {
  const query = new URLSearchParams();
  if (state !== "parked") query.set("state", state);
  if (filter.consumer !== undefined) query.set("consumer", filter.consumer);
  if (filter.error !== undefined) query.set("error", filter.error);
  const text = query.toString();
  return `/operations/dead-letters${text === "" ? "" : `?${text}`}`;
}

export const toLetter = (id: string): string => `/operations/dead-letters/${encodeURIComponent(id)}`;

/** Follows the letters that a filter chooses. */
export const followLetters = ({ filter, state }: Shown): Polled<LetterList> =>
  poll(
    () => getLetters(filter, state, MOST_SHOWN),
    () => EVERY,
  );

export const followLetter = (id: string): Polled<WholeLetter> =>
  poll(
    () => getLetter(id),
    () => EVERY,
  );

/** Follows redrives, closely while one runs. */
export const followRedrives = (): Polled<{ readonly jobs: readonly RedriveJob[] }> =>
  poll(getRedrives, (read) => (read?.jobs.some(({ state }) => state === "running") ? EVERY_WHILE_RUNNING : EVERY));

/** Follows what is redriven by itself. */
export const followRules = () => poll(getRules, () => EVERY);
