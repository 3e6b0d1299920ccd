import type { WriteStream } from "node:tty";

const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

/** Where looks are shown one after the other. */
export interface Screen {
  show(lines: readonly string[]): void;
  /** Gives the terminal back as it was. */
  leave(): void;
}

/**
 * On a terminal each look is drawn over the one before, in one write, so that nothing flickers, and lines that do not
 * fit are counted; elsewhere looks follow one another with an empty line between them.
 */
export function screenOn(out: Pick<WriteStream, "write" | "isTTY" | "rows">): Screen {
  if (!out.isTTY) {
    let first = true;
    return {
      show(lines) {
        out.write(`${first ? "" : "\n"}${lines.join("\n")}\n`);
        first = false;
      },
      leave: () => undefined,
    };
  }
  out.write(ENTER);
  return {
    show(lines) {
      const shown = fitting(lines, Math.max(1, (out.rows ?? lines.length + 1) - 1));
      out.write(`${HOME}${shown.map((line) => `${line}${CLEAR_LINE}`).join("\n")}${CLEAR_BELOW}`);
    },
    leave: () => void out.write(LEAVE),
  };
}

function fitting(lines: readonly string[], rows: number): readonly string[] {
  if (lines.length <= rows) return lines;
  return [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} lines more than the terminal has room for`];
}
