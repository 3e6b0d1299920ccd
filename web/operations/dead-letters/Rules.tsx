import { useReading } from "../../analyst/parts/use-reading.ts";
import { getRules } from "../../api/dead-letters.ts";
import { operationsWords } from "../../messages/operations.ts";

/** What is redriven without anybody's doing. */
export function Rules() {
  const { data } = useReading("rules", getRules);
  const words = operationsWords.value.dead;
  if (!data) return null;
  return (
    <section class="block">
      <h2>{words.rules}</h2>
      <ul class="rules">
        {data.rules.map(({ name, says, waiting }) => (
          <li key={name} class="card">
            <strong>{name}</strong>
            <p lang="en">{says}</p>
            <small>{words.rulesWaiting(waiting)}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
