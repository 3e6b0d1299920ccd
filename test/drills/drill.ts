/** What a drill is given. */
export interface DrillOptions {
  /** Makes the same choices again; timing stays the machine's. */
  readonly seed: number;
  /** At least so many orders, where the drill has orders to choose. */
  readonly orders: number;
  /** Told what happens, a line at a time. */
  say(line: string): void;
}

/** What a drill has come to: numbers for people, and every promise that it found broken. */
export interface DrillReport {
  readonly name: string;
  readonly figures: Readonly<Record<string, number | string>>;
  /** A sentence each. Empty: the promises held. */
  readonly breaches: readonly string[];
  /** Why this machine cannot put the promise to the test: neither held nor broken. */
  readonly cannotRun?: string;
}

/** What a drill does. */
export interface DrillWork {
  run(options: DrillOptions): Promise<DrillReport>;
}

/** A drill by name. */
export interface Drill extends DrillWork {
  readonly name: string;
  /** What it does and promises, in a line. */
  readonly what: string;
  /** With how many seeds, one after the other, it runs among all drills. Default 1. */
  readonly times?: number;
  /** How many orders it needs to prove something, where that is not the usual number. */
  readonly orders?: number;
}

/** Figures as lines of two columns. */
export function figureLines(figures: DrillReport["figures"]): string[] {
  const width = Math.max(0, ...Object.keys(figures).map((name) => name.length));
  return Object.entries(figures).map(([name, figure]) => `  ${name.padEnd(width)}  ${figure}`);
}

/** The last line of a drill: its verdict, after what it found. */
export function verdictLines({ name, breaches, cannotRun }: DrillReport): string[] {
  const broken = `BROKEN in ${breaches.length} ${breaches.length === 1 ? "way" : "ways"}`;
  const verdict = breaches.length > 0 ? broken : cannotRun === undefined ? "held" : `cannot run here: ${cannotRun}`;
  return [...breaches.map((breach) => `  breach: ${breach}`), `${name}: ${verdict}`];
}

const POLL_MS = 50;

/** Waits for a condition. Rejects after `withinMs`, saying what it waited for: bounds are generous, nothing hangs. */
export async function until(
  what: string,
  withinMs: number,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`waited ${Math.round(withinMs / 1000)} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
