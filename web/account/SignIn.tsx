import { useSignal } from "@preact/signals";
import { accountWords } from "../messages/account.ts";
import { knownAccounts, signInTo } from "../state/account/account.ts";
import { developmentTokens } from "../state/auth.ts";
import { Icon } from "../ui/Icon.tsx";
import { Notice } from "../ui/Notice.tsx";

const NUMBER = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Signing in to an account: one of those known here, or by its number; elsewhere where another issuer is in charge. */
export function SignIn() {
  const words = accountWords.value;
  const typed = useSignal("");
  const fault = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const take = async (id: string) => {
    if (busy.value) return;
    busy.value = true;
    fault.value = (await signInTo(id)) ? undefined : accountWords.value.notSignedIn;
    busy.value = false;
  };
  if (!developmentTokens.value) {
    return (
      <section class="card sign-in">
        <h2>{words.signIn}</h2>
        <a class="button main" href="/sign-in?to=/account">
          {words.signInElsewhere}
        </a>
      </section>
    );
  }
  return (
    <section class="card sign-in">
      <h2>{words.signIn}</h2>
      {knownAccounts.value.map(({ id, name }) => (
        <button key={id} type="button" class="button" disabled={busy.value} onClick={() => void take(id)}>
          <Icon name="check" />
          {words.signInAs(name)}
        </button>
      ))}
      <form
        class="field"
        onSubmit={(event) => {
          event.preventDefault();
          const id = typed.value.trim().toLowerCase();
          if (NUMBER.test(id)) void take(id);
          else fault.value = words.badNumber;
        }}
      >
        <label for="account-number">{words.signInWith}</label>
        <div class="number-row">
          <input
            id="account-number"
            autoComplete="username"
            spellcheck={false}
            value={typed.value}
            aria-invalid={fault.value !== undefined}
            onInput={(event) => {
              typed.value = event.currentTarget.value;
              fault.value = undefined;
            }}
          />
          <button type="submit" class="button" disabled={busy.value || typed.value.trim() === ""}>
            {words.signIn}
          </button>
        </div>
      </form>
      {fault.value !== undefined && <Notice kind="bad">{fault.value}</Notice>}
      <p class="quiet small">{words.signInHint}</p>
    </section>
  );
}
