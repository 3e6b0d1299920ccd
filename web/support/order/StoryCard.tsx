import { Reading } from "../../analyst/parts/Reading.tsx";
import { supportWords } from "../../messages/support.ts";
import { numberOf } from "../../messages/support-format.ts";
import type { CaseFile } from "../../state/support/case-file.ts";
import { Icon, type IconName } from "../../ui/Icon.tsx";
import { showEvent } from "./show-event.ts";

const ICONS: Readonly<Partial<Record<string, IconName>>> = { good: "check", warn: "warning", bad: "warning" };

/** The order in three sentences, each with the events that say so. */
export function StoryCard({ file }: { file: CaseFile }) {
  const words = supportWords.value;
  const story = file.story.value;
  if (!story) return <Reading trouble={undefined} again={file.look} lines={3} />;
  return (
    <section class="card story" aria-labelledby="story-title">
      <h2 id="story-title" class="unseen">
        {words.storyTitle}
      </h2>
      <ol>
        {story.lines.map(({ about, tone, sentence, sources }) => {
          const icon = ICONS[tone];
          return (
            <li key={about} data-about={about} data-tone={tone}>
              {about === "wrong" && icon && <Icon name={icon} />}
              <p>
                {sentence}{" "}
                <span class="sources">
                  <span class="unseen">{words.sourceOf}</span>
                  {sources.map((revision) => (
                    <button
                      key={revision}
                      type="button"
                      class="source"
                      aria-label={words.source(numberOf(revision))}
                      onClick={() => showEvent(revision)}
                    >
                      {numberOf(revision)}
                    </button>
                  ))}
                </span>
              </p>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
