/** Characters that set fields apart, as spreadsheets of one country or another write them. */
const SEPARATORS = [",", ";", "\t"] as const;

/** A record of a table as text with the line that it begins at, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * Reads a table (RFC 4180) whose fields are set apart by commas, semicolons or tabs, whichever its first line has most
 * of. Empty lines are left out. Undefined when a quote is not closed.
 */
export function readCsv(text: string): readonly CsvRecord[] | undefined {
  const content = text.replace(/^\uFEFF/, "");
  const separator = separatorOf(content);
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let field = "";
  let quoted = false;
  let line = 1;
  let begun = 1;
  const end = () => {
    fields.push(field);
    if (fields.some((one) => one.trim() !== "")) records.push({ line: begun, fields });
    fields = [];
    field = "";
  };
  for (let at = 0; at < content.length; at++) {
    const char = content[at] ?? "";
    if (char === "\n") line += 1;
    if (quoted) {
      if (char !== '"') field += char;
      else if (content[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && field.trim() === "") {
      field = "";
      quoted = true;
    } else if (char === separator) {
      fields.push(field);
      field = "";
    } else if (char === "\n") {
      end();
      begun = line;
    } else if (char !== "\r") field += char;
  }
  if (quoted) return undefined;
  end();
  return records;
}

function separatorOf(content: string): string {
  const first = content.slice(0, content.search(/\n|$/));
  const count = (separator: string) => first.split(separator).length;
  return SEPARATORS.reduce<string>((best, one) => (count(one) > count(best) ? one : best), ",");
}

/** A table as text. What a spreadsheet would take for a formula begins with an apostrophe. */
export function writeCsv(records: readonly (readonly string[])[]): string {
  const field = (text: string) => {
    const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text;
    return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return records.map((fields) => `${fields.map(field).join(",")}\r\n`).join("");
}
