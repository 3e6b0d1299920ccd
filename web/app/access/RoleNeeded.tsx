import { useSignal } from "@preact/signals";
import { messages } from "../../messages/catalogue.ts";
import { shellWords } from "../../messages/shell.ts";
import { developmentTokens, principalAt, takeRole } from "../../state/auth.ts";
import { Blank } from "../../ui/Blank.tsx";
import { Header } from "../../ui/Header.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { toSignIn } from "../router.ts";
import type { Screen } from "../screens.ts";

/**
 * Says who may see a page, to somebody who may not. The address stays: with the right role the page appears in its
 * place, at once in development, after the sign-in elsewhere.
 */
export function RoleNeeded({ screen }: { screen: Screen }) {
  const failed = useSignal(false);
  const words = shellWords.value;
  const page = messages.value.common.page[screen.name];
  const [first] = screen.roles;
  const own = principalAt(screen.seat)?.role;
  const take = async () => {
    failed.value = false;
    if (first !== undefined) failed.value = !(await takeRole(first));
  };
  return (
    <>
      <Header title={page} />
      <main class="page">
        <Blank icon="lock" title={words.gate.title(page)}>
          <h1 class="unseen">{page}</h1>
          <p class="quiet">{words.gate.who(page, screen.roles.map((role) => words.roles[role]).join(", "))}</p>
          <p class="quiet">{own === undefined ? words.gate.nobody : words.gate.yours(words.roles[own])}</p>
          {developmentTokens.value && first !== undefined ? (
            <div class="acts">
              <button type="button" class="button main" onClick={() => void take()}>
                {words.gate.take(words.roles[first])}
              </button>
              <a class="button" href={toSignIn()}>
                {words.gate.others}
              </a>
            </div>
          ) : (
            <>
              <p class="quiet">{words.gate.signIn}</p>
              <a class="button main" href={toSignIn()}>
                {words.signIn}
              </a>
            </>
          )}
          {failed.value && developmentTokens.value && <Notice kind="bad">{words.failed}</Notice>}
        </Blank>
      </main>
    </>
  );
}
