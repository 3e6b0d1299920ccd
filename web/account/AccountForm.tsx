import { useSignal } from "@preact/signals";
import { accountWords } from "../messages/account.ts";
import { ContactFields } from "../shop/ContactFields.tsx";
import { changeContact, register } from "../state/account/account.ts";
import { newId } from "../state/ids.ts";
import { type ContactForm, contact, faultsOf } from "../state/shop/contact.ts";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";

interface AccountFormProps {
  /** The contact as it is stored; undefined where there is no account yet. */
  readonly known: ContactForm | undefined;
  readonly title: string;
  readonly hint?: string;
  readonly act: string;
}

type Stage = "idle" | "sending" | "saved" | "no_token";

/** The contact of an account, to make one or to change it. What was typed stays whatever the answer is. */
export function AccountForm({ known, title, hint, act }: AccountFormProps) {
  const form = useSignal<ContactForm>(known ?? contact.peek());
  const stage = useSignal<Stage>("idle");
  const trouble = useSignal<unknown>(undefined);
  const pressed = useSignal(false);
  // Kept until it was answered: a repeat is the same request.
  const key = useSignal(newId());
  const words = accountWords.value;
  const faults = faultsOf(form.value);
  const changed = known !== undefined && JSON.stringify(known) !== JSON.stringify(form.value);

  const save = async (event: Event) => {
    event.preventDefault();
    pressed.value = true;
    const wrong = Object.keys(faults)[0];
    if (wrong !== undefined) return document.getElementById(`contact-${wrong}`)?.focus();
    if (stage.value === "sending") return;
    stage.value = "sending";
    trouble.value = undefined;
    try {
      const done = await (known ? changeContact : register)(form.value, key.value);
      stage.value = done ? "saved" : "no_token";
      if (done) key.value = newId();
    } catch (error) {
      trouble.value = error;
      stage.value = "idle";
    }
  };

  return (
    <form class="card account-form" onSubmit={save} noValidate>
      <ContactFields
        title={title}
        form={form.value}
        faults={pressed.value ? faults : {}}
        onChange={(change) => {
          form.value = { ...form.value, ...change };
          // Another text is another request.
          key.value = newId();
          if (stage.value !== "sending") stage.value = "idle";
        }}
      />
      {hint && <p class="quiet small">{hint}</p>}
      {trouble.value !== undefined && (
        <Notice kind="bad">
          {sentenceOf(trouble.value)} {words.unsaved}
        </Notice>
      )}
      {stage.value === "no_token" && <Notice kind="bad">{words.notSignedIn}</Notice>}
      {stage.value === "saved" && known && !changed && <Notice icon="check">{words.saved}</Notice>}
      <button type="submit" class="button main" disabled={stage.value === "sending" || (known && !changed)}>
        {stage.value === "sending" ? (known ? words.saving : words.creating) : act}
      </button>
    </form>
  );
}
