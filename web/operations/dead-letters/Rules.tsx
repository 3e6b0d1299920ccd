import { useFeed } from "../../analyst/parts/use-feed.ts";
import { operationsWords } from "../../messages/operations.ts";
import { followRules } from "../../state/operations/dead-letters.ts";

/** What is redriven without anybody's doing. */
export function Rules() {
  const data = useFeed(followRules, false).data.value;
  const words = operationsWords.value.dead;
  if (!data) return null;
  return (
    <section class="block">
      <h2>{words.rules}</h2>
      <ul class="rules">
        {data.rules.map(({ name, says, waiting }) => (
          <li key={name} class="card">
            <strong>{name}</strong>
            <p>{words.ruleSays[name] ?? says}</p>
            <small>{words.rulesWaiting(waiting)}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
