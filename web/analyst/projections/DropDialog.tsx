import { postDrop } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatBytes } from "../../messages/figures.ts";
import { AskDialog } from "../parts/AskDialog.tsx";

/** A generation that can be dropped. */
export interface Droppable {
  readonly generation: number;
  readonly bytes: number;
  /** It was live before the present one. */
  readonly previous: boolean;
}

interface DropDialogProps {
  readonly projection: string;
  readonly generation: Droppable;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Says what dropping a generation deletes, and does it. */
export function DropDialog({ projection, generation: { generation, bytes, previous }, ...on }: DropDialogProps) {
  const words = analystWords.value.drop;
  return (
    <AskDialog
      title={words.title(projection, generation)}
      doIt={words.doIt}
      danger
      body={{ drop: projection, generation }}
      act={async (key) => {
        await postDrop(projection, generation, key);
        on.onDone();
      }}
      onClose={on.onClose}
    >
      <ul class="said">
        <li>{words.what(formatBytes(bytes))}</li>
        <li>{words.back}</li>
        {previous && <li>{words.noWayBack}</li>}
      </ul>
    </AskDialog>
  );
}
