import { useState } from "preact/hooks";
import { type OtherGeneration, type ProjectionState, postDrop } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatBytes } from "../../messages/figures.ts";
import { formatWhen } from "../../messages/format.ts";
import { AskDialog } from "../parts/AskDialog.tsx";
import { TableFrame } from "../parts/TableFrame.tsx";

interface GenerationsProps {
  readonly projection: ProjectionState;
  /** Something was changed: look again. */
  readonly onDone: () => void;
}

/** The live generation and those that are kept beside it. */
export function Generations({ projection, onDone }: GenerationsProps) {
  const [dropping, setDropping] = useState<OtherGeneration>();
  const words = analystWords.value.projections;
  const { name, live, others } = projection;
  return (
    <section class="block">
      <h2>{words.generationsTitle}</h2>
      <TableFrame caption={words.generationsCaption(name)} quiet>
        <thead>
          <tr>
            <th scope="col" class="n">
              {words.generation}
            </th>
            <th scope="col">{words.state}</th>
            <th scope="col" class="n">
              {words.position}
            </th>
            <th scope="col" class="n">
              {words.size}
            </th>
            <th scope="col">{words.made}</th>
            <th scope="col">
              <span class="unseen">{words.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {live && (
            <tr>
              <th scope="row" class="n">
                {live.generation}
              </th>
              <td>
                <span class="tag" data-kind="good">
                  {words.live}
                </span>
              </td>
              <td class="n">{live.position}</td>
              <td class="n">{formatBytes(live.bytes)}</td>
              <td>{formatWhen(live.createdAt)}</td>
              <td />
            </tr>
          )}
          {others.map((other) => (
            <tr key={other.generation} data-generation={other.generation}>
              <th scope="row" class="n">
                {other.generation}
              </th>
              <td>{words.generationStates[other.state]}</td>
              <td class="n">{other.position}</td>
              <td class="n">{formatBytes(other.bytes)}</td>
              <td>{formatWhen(other.createdAt)}</td>
              <td class="acts-cell">
                {other.state !== "building" && (
                  <button type="button" class="button slim" data-row data-key="x" onClick={() => setDropping(other)}>
                    {words.drop}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
      {dropping && (
        <DropDialog projection={name} generation={dropping} onDone={onDone} onClose={() => setDropping(undefined)} />
      )}
    </section>
  );
}

interface DropDialogProps {
  readonly projection: string;
  readonly generation: OtherGeneration;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Says what dropping a generation deletes, and does it. */
export function DropDialog({ projection, generation, onDone, onClose }: DropDialogProps) {
  const words = analystWords.value.drop;
  return (
    <AskDialog
      title={words.title(projection, generation.generation)}
      doIt={words.doIt}
      danger
      body={{ drop: projection, generation: generation.generation }}
      act={async (key) => {
        await postDrop(projection, generation.generation, key);
        onDone();
      }}
      onClose={onClose}
    >
      <ul class="said">
        <li>{words.what(formatBytes(generation.bytes))}</li>
        <li>{words.back}</li>
        {generation.state === "previous" && <li>{words.noWayBack}</li>}
      </ul>
    </AskDialog>
  );
}
