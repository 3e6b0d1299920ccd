import type { WriteStream } from "node:tty";

/** One line that says how far something is. */
export interface ProgressLine {
  /** Shows a text, when it is time to; it is made only then. */
  show(text: () => string): void;
  /** Shows the last text that was held back, and leaves the line. */
  end(): void;
}

const ON_TERMINAL_MS = 100;
const PLAIN_MS = 5_000;

/** On a terminal the line is rewritten in place; elsewhere a plain line is written every few seconds. */
export function progressLine(out: Pick<WriteStream, "write" | "isTTY">): ProgressLine {
  const everyMs = out.isTTY ? ON_TERMINAL_MS : PLAIN_MS;
  let shownAt = performance.now() - (out.isTTY ? everyMs : 0);
  let heldBack: (() => string) | undefined;
  const write = (text: string) => out.write(out.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
  return {
    show(text) {
      const now = performance.now();
      if (now - shownAt < everyMs) {
        heldBack = text;
        return;
      }
      shownAt = now;
      heldBack = undefined;
      write(text());
    },
    end() {
      if (!out.isTTY) return;
      if (heldBack) write(heldBack());
      out.write("\n");
    },
  };
}
