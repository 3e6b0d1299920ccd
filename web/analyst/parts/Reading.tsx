import { analystWords } from "../../messages/analyst.ts";
import { Notice } from "../../ui/Notice.tsx";
import { sentenceOf } from "../../ui/trouble.ts";

interface ReadingProps {
  readonly trouble: unknown;
  readonly again: () => void;
  /** Height of what is to come, in lines, so that nothing moves when it does. */
  readonly lines?: number;
}

/** What stands where something is still being read, or could not be. */
export function Reading({ trouble, again, lines = 6 }: ReadingProps) {
  const words = analystWords.value;
  if (trouble !== undefined) {
    return (
      <Notice kind="bad" title={words.notRead}>
        <p>{sentenceOf(trouble)}</p>
        <button type="button" class="button" onClick={again}>
          {words.again}
        </button>
      </Notice>
    );
  }
  return (
    <div class="reading" aria-busy="true" style={{ minHeight: `${lines * 56}px` }}>
      <span class="unseen">{words.loading}</span>
    </div>
  );
}
