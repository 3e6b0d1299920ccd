import { useState } from "preact/hooks";
import type { ProjectionsView } from "../../api/replay.ts";
import { navigate } from "../../app/router.ts";
import { analystWords } from "../../messages/analyst.ts";
import { mainTable } from "../../state/analyst/projections.ts";
import { Asking } from "../parts/Asking.tsx";
import { type ExplainedRow, toExplanation } from "../parts/links.ts";
import { ProjectionChoice } from "../parts/ProjectionChoice.tsx";
import { keyFromText } from "./key-text.ts";

interface ExplainFormProps {
  readonly view: ProjectionsView;
  readonly asked: ExplainedRow | undefined;
  readonly wished: string | undefined;
}

/** Names a row by projection, table and key: a field for each column of the key, or JSON where those are not known. */
export function ExplainForm({ view, asked, wished }: ExplainFormProps) {
  const words = analystWords.value.explain;
  const [projection, setProjection] = useState(asked?.projection ?? wished ?? view.projections[0]?.name ?? "");
  const tables = view.projections.find(({ name }) => name === projection)?.tables ?? [];
  const [chosen, setChosen] = useState(asked?.table);
  const table = tables.find(({ name }) => name === chosen) ?? mainTable(projection, tables);
  const [values, setValues] = useState<Readonly<Record<string, string>>>(asked?.key ?? {});
  const [json, setJson] = useState(asked ? JSON.stringify(asked.key) : "");
  const columns = table?.key;
  const key = columns
    ? Object.fromEntries(columns.map((name) => [name, values[name]?.trim() ?? ""]))
    : (keyFromText(json) ?? {});
  const missing = columns
    ? Object.values(key).includes("")
      ? words.needKey
      : undefined
    : Object.keys(key).length === 0
      ? words.badKey
      : undefined;
  return (
    <Asking
      doIt={words.doIt}
      missing={missing}
      body={{ projection, table: table?.name ?? "", key }}
      act={(row) => navigate(toExplanation(row))}
    >
      <ProjectionChoice view={view} value={projection} onChange={setProjection} />
      <label class="field">
        <span>{words.table}</span>
        <select value={table?.name} onChange={(event) => setChosen(event.currentTarget.value)}>
          {tables.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {columns ? (
        columns.map((name) => (
          <label key={name} class="field grow">
            <span>{name}</span>
            <input
              autocomplete="off"
              spellcheck={false}
              value={values[name] ?? ""}
              onInput={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
            />
          </label>
        ))
      ) : (
        <label class="field grow">
          <span>{words.key}</span>
          <input
            autocomplete="off"
            spellcheck={false}
            value={json}
            onInput={(event) => setJson(event.currentTarget.value)}
          />
          <small class="quiet">{words.keyHint}</small>
        </label>
      )}
    </Asking>
  );
}
