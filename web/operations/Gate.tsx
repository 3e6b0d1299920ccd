import { useSignal } from "@preact/signals";
import { operationsWords } from "../messages/operations.ts";
import { developmentTokens, OPERATORS, takeRole } from "../state/auth.ts";
import { Blank } from "../ui/Blank.tsx";
import { Notice } from "../ui/Notice.tsx";

/** Says who may see the page, to somebody who may not; in development the role can be taken here. */
export function Gate() {
  const failed = useSignal(false);
  const words = operationsWords.value.gate;
  const take = async () => {
    failed.value = false;
    failed.value = !(await takeRole("operator"));
  };
  return (
    <Blank icon="hand" title={words.title}>
      <h1 class="unseen">{operationsWords.value.title}</h1>
      <p class="quiet">{words.who(OPERATORS.join(", "))}</p>
      {developmentTokens.value ? (
        <button type="button" class="button main" onClick={() => void take()}>
          {words.take}
        </button>
      ) : (
        <p class="quiet">{words.signIn}</p>
      )}
      {failed.value && developmentTokens.value && <Notice kind="bad">{words.failed}</Notice>}
    </Blank>
  );
}
