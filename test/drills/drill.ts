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
}

/** A drill by name. */
export interface Drill {
  readonly name: string;
  /** What it does and promises, in a line. */
  readonly what: string;
  run(options: DrillOptions): Promise<DrillReport>;
}

/** Figures as lines of two columns. */
export function figureLines(figures: DrillReport["figures"]): string[] {
  const width = Math.max(0, ...Object.keys(figures).map((name) => name.length));
  return Object.entries(figures).map(([name, figure]) => `  ${name.padEnd(width)}  ${figure}`);
}

/** The last line of a drill: its verdict, after what it found. */
export function verdictLines({ name, breaches }: DrillReport): string[] {
  const verdict =
    breaches.length === 0 ? "held" : `BROKEN in ${breaches.length} ${breaches.length === 1 ? "way" : "ways"}`;
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
