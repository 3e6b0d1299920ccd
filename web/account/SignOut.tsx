import { accountWords } from "../messages/account.ts";
import { leave } from "../state/account/account.ts";

/** The number of the account, and the way out of it. */
export function SignOut({ id }: { id: string }) {
  const words = accountWords.value;
  return (
    <section class="sign-out">
      <p class="quiet small">
        {words.number} <code>{id}</code>
      </p>
      <button type="button" class="button" onClick={leave}>
        {words.signOut}
      </button>
      <p class="quiet small">{words.signOutHint}</p>
    </section>
  );
}
