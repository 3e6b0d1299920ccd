import { useSignal } from "@preact/signals";
import { shellWords } from "../../messages/shell.ts";
import { type ClaimNames, takeToken } from "../../state/auth.ts";
import { Icon } from "../../ui/Icon.tsx";
import { navigate } from "../router.ts";

/** Takes a token that somebody has got from the issuer. */
export function TokenForm({ to, claims }: { to: string | undefined; claims: ClaimNames }) {
  const token = useSignal("");
  const bad = useSignal(false);
  const words = shellWords.value.page;
  return (
    <form
      class="token-form"
      onSubmit={(event) => {
        event.preventDefault();
        bad.value = !takeToken(token.value.trim().replace(/^Bearer +/i, ""), claims);
        if (!bad.value) navigate(to ?? "/", true);
      }}
    >
      <label class="field">
        <span>{words.token}</span>
        <textarea
          rows={5}
          value={token.value}
          autocomplete="off"
          spellcheck={false}
          aria-invalid={bad.value}
          aria-describedby={bad.value ? "token-wrong" : undefined}
          required
          onInput={(event) => {
            token.value = event.currentTarget.value;
            bad.value = false;
          }}
        />
        {bad.value && (
          <span class="wrong" id="token-wrong" role="alert">
            <Icon name="warning" />
            {words.badToken}
          </span>
        )}
      </label>
      <button type="submit" class="button main">
        {words.useToken}
      </button>
    </form>
  );
}
