import type { ProjectionsView } from "../../api/replay.ts";
import { analystWords } from "../../messages/analyst.ts";

interface ProjectionChoiceProps {
  readonly view: ProjectionsView;
  readonly value: string;
  readonly onChange: (name: string) => void;
}

/** Which projection a question is about. */
export const ProjectionChoice = ({ view, value, onChange }: ProjectionChoiceProps) => (
  <label class="field">
    <span>{analystWords.value.asOf.projection}</span>
    <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {view.projections.map(({ name }) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  </label>
);
