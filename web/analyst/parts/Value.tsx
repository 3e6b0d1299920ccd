import { useState } from "preact/hooks";
import { analystWords } from "../../messages/analyst.ts";

const SHORT = 160;
/** As long as an id: such a value is not broken. */
const ONE_LINE = 40;

/** A value as the database writes it; a long one is cut until somebody wants all of it. */
export function Value({ text }: { text: string | null | undefined }) {
  const [open, setOpen] = useState(false);
  const words = analystWords.value;
  if (text === null || text === undefined) return <i class="quiet">{words.null}</i>;
  if (text.length <= SHORT || open) {
    return (
      <span class="value" data-short={text.length <= ONE_LINE}>
        {text}
      </span>
    );
  }
  return (
    <span class="value" data-short={false}>
      {text.slice(0, SHORT)}…{" "}
      <button type="button" class="link small" onClick={() => setOpen(true)}>
        {words.explain.more}
      </button>
    </span>
  );
}
