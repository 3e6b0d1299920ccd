import { useSignal } from "@preact/signals";
import { analystWords } from "../messages/analyst.ts";
import { ANALYSTS, developmentTokens, principalAt, takeRole } from "../state/auth.ts";
import { Blank } from "../ui/Blank.tsx";
import { Notice } from "../ui/Notice.tsx";

/** Says who may see the page, to somebody who may not; in development the role can be taken here. */
export function Gate() {
  const failed = useSignal(false);
  const words = analystWords.value.gate;
  const own = principalAt("desk")?.role;
  const take = async () => {
    failed.value = false;
    failed.value = !(await takeRole("analyst"));
  };
  return (
    <Blank icon="hand" title={words.title}>
      <h1 class="unseen">{analystWords.value.title}</h1>
      <p class="quiet">{words.who(ANALYSTS.join(", "))}</p>
      {own !== undefined && <p class="quiet">{words.yours(own)}</p>}
      {developmentTokens.value ? (
        <>
          <button type="button" class="button main" onClick={() => void take()}>
            {words.take}
          </button>
          <a href="/dev/roles">{words.roles}</a>
        </>
      ) : (
        <p class="quiet">{words.signIn}</p>
      )}
      {failed.value && developmentTokens.value && <Notice kind="bad">{words.failed}</Notice>}
    </Blank>
  );
}
