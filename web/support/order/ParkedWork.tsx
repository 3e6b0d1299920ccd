import { useState } from "preact/hooks";
import { Reading } from "../../analyst/parts/Reading.tsx";
import { useReading } from "../../analyst/parts/use-reading.ts";
import { getLetter } from "../../api/dead-letters.ts";
import type { SetAside } from "../../api/support.ts";
import { operationsWords } from "../../messages/operations.ts";
import { supportWords } from "../../messages/support.ts";
import { formatDayThere } from "../../messages/support-format.ts";
import { DiscardDialog } from "../../operations/dead-letters/DiscardDialog.tsx";
import { Preview } from "../../operations/dead-letters/Preview.tsx";
import { RedriveDialog } from "../../operations/dead-letters/RedriveDialog.tsx";
import { toLetter } from "../../state/operations/dead-letters.ts";
import type { CaseFile } from "../../state/support/case-file.ts";
import { Icon } from "../../ui/Icon.tsx";

/** Work on this order that was set aside: what trying again would do, and the two ways to decide. */
export function ParkedWork({ file, timeZone }: { file: CaseFile; timeZone: string }) {
  const parked = file.setAside.value;
  if (parked.length === 0) return null;
  const words = supportWords.value.parked;
  return (
    <section class="parked" aria-labelledby="parked-title">
      <h2 id="parked-title">{words.title}</h2>
      {parked.map((one) => (
        <Letter key={one.letterId} one={one} timeZone={timeZone} onAsked={file.look} />
      ))}
    </section>
  );
}

interface LetterProps {
  readonly one: SetAside;
  readonly timeZone: string;
  readonly onAsked: () => void;
}

function Letter({ one, timeZone, onAsked }: LetterProps) {
  const [asking, setAsking] = useState<"redrive" | "discard">();
  const words = supportWords.value.parked;
  const dead = operationsWords.value.dead;
  const close = () => setAsking(undefined);
  return (
    <article class="card">
      <p>
        <Icon name="warning" /> {one.sentence}{" "}
        <span class="quiet small">{words.since(formatDayThere(one.since, timeZone))}</span>
      </p>
      <Preview id={one.letterId} />
      <div class="acts">
        <button type="button" class="button slim main" onClick={() => setAsking("redrive")}>
          {dead.redrive}
        </button>
        <button type="button" class="button slim" onClick={() => setAsking("discard")}>
          {dead.discard}
        </button>
        <a class="small" href={toLetter(one.letterId)}>
          {words.open}
        </a>
      </div>
      {asking === "redrive" && (
        <RedriveDialog filter={{ ids: [one.letterId] }} letters={1} onAsked={onAsked} onClose={close} />
      )}
      {asking === "discard" && <Discard id={one.letterId} onAsked={onAsked} onClose={close} />}
    </article>
  );
}

/** The letter itself says what is missing once it is discarded. */
function Discard({ id, onAsked, onClose }: { id: string; onAsked: () => void; onClose: () => void }) {
  const letter = useReading(id, () => getLetter(id));
  if (letter.data) return <DiscardDialog letter={letter.data} onAsked={onAsked} onClose={onClose} />;
  return <Reading trouble={letter.trouble} again={letter.again} lines={1} />;
}
