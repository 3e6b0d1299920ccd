import type { Page } from "playwright-core";
import type { Role } from "../../infra/auth/principal.ts";

/** How much there is to see while a picture is drawn. The phases follow each other on one system. */
export const PHASES = ["nothing", "one", "many", "trouble"] as const;

export type Phase = (typeof PHASES)[number];

/** Somebody with a role, always the same one by the id. */
export interface Person {
  readonly role: Role;
  readonly id: string;
  /** Sites that a kitchen works at. */
  readonly sites?: readonly string[];
}

/** What a picture is drawn on, and how. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly theme: "light" | "dark";
  readonly language: "en" | "de";
}

/** One page in one state. */
export interface Shot {
  /** The name of its pictures begins with it, such as `support-search`. */
  readonly page: string;
  readonly phase: Phase;
  /** What the pictures are called where a page has several states in a phase; by default the phase. */
  readonly state?: string;
  /** Who looks; by default somebody new. */
  readonly as?: Person;
  /** Path on the system, or an address elsewhere; asked when everything of the phase is there. */
  readonly path: string | (() => string | Promise<string>);
  /** By default those that `looksOf` says. */
  readonly looks?: readonly Look[];
  /** Is for a hand as well as for a desk. */
  readonly phone?: boolean;
  /** What is arranged before the page is opened, such as what it keeps of an earlier visit. */
  readonly before?: (page: Page) => Promise<unknown>;
  /** What is done on the page until it shows what the picture is about; has to work in both languages. */
  readonly ready: (page: Page) => Promise<unknown>;
}

/** Pages that belong together, and what fills them. */
export interface Area {
  readonly name: string;
  readonly title: string;
  /** Makes what the pictures of a phase show, with what the phases before have made. */
  readonly fill?: Partial<Record<Phase, () => Promise<unknown>>>;
  readonly shots: readonly Shot[];
  /** Ends what was started for it alone. */
  readonly close?: () => Promise<unknown>;
}
