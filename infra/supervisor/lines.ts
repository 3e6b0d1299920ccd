import type { Readable } from "node:stream";

/** Longest line that is passed on whole; a longer one is passed on in pieces, so that memory is bounded. */
const MAX_LINE = 256 * 1024;

/** Hands each line of a stream of text to `take`, without its line break; empty lines are left out. */
export function eachLine(stream: Readable, take: (line: string) => void): void {
  let rest = "";
  const pass = (line: string) => {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (text !== "") take(text);
  };
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) pass(line);
    if (rest.length > MAX_LINE) {
      pass(rest);
      rest = "";
    }
  });
  stream.on("end", () => {
    pass(rest);
    rest = "";
  });
  stream.on("error", () => undefined);
}
