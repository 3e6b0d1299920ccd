import { useState } from "preact/hooks";
import type { ProjectionState } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatBytes } from "../../messages/figures.ts";
import { formatWhen } from "../../messages/format.ts";
import { isUnfinished } from "../../state/analyst/jobs.ts";
import { Head } from "../parts/Head.tsx";
import { TableFrame } from "../parts/TableFrame.tsx";
import { DropDialog, type Droppable } from "./DropDialog.tsx";
import { SwapBackDialog } from "./SwapBackDialog.tsx";

interface GenerationsProps {
  readonly projection: ProjectionState;
  /** Something was changed: look again. */
  readonly onDone: () => void;
}

/** The live generation and those that are kept beside it. */
export function Generations({ projection, onDone }: GenerationsProps) {
  const [dropping, setDropping] = useState<Droppable>();
  const [backTo, setBackTo] = useState<number>();
  const words = analystWords.value.projections;
  const busy = projection.lastRebuild !== undefined && isUnfinished(projection.lastRebuild);
  const { name, live, others, removed } = projection;
  return (
    <section class="block">
      <h2>{words.generationsTitle}</h2>
      <TableFrame caption={words.generationsCaption(name)} quiet>
        <thead>
          <tr>
            <Head n>{words.generation}</Head>
            <Head>{words.state}</Head>
            <Head n>{words.position}</Head>
            <Head n>{words.size}</Head>
            <Head>{words.made}</Head>
            <Head>
              <span class="unseen">{words.actions}</span>
            </Head>
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
              <td class="acts-cell">
                {removed && <DropButton onClick={() => setDropping({ ...live, previous: false })} />}
              </td>
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
                {other.state === "previous" && !removed && (
                  <button type="button" class="button slim" disabled={busy} onClick={() => setBackTo(other.generation)}>
                    {words.swapBack}
                  </button>
                )}
                {other.state !== "building" && (
                  <DropButton onClick={() => setDropping({ ...other, previous: other.state === "previous" })} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
      {dropping && (
        <DropDialog projection={name} generation={dropping} onDone={onDone} onClose={() => setDropping(undefined)} />
      )}
      {backTo !== undefined && (
        <SwapBackDialog projection={name} generation={backTo} onClose={() => setBackTo(undefined)} />
      )}
    </section>
  );
}

const DropButton = ({ onClick }: { onClick: () => void }) => (
  <button type="button" class="button slim" data-row data-key="x" onClick={onClick}>
    {analystWords.value.projections.drop}
  </button>
);
