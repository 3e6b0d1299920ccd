import { useEffect, useRef, useState } from "preact/hooks";
import { useWish } from "../analyst/parts/use-wish.ts";
import { postCustomer, putContact } from "../api/phone.ts";
import { phoneWords } from "../messages/phone.ts";
import { change, draft, type Typing } from "../state/phone/draft.ts";
import { type ContactForm, EMPTY_FORM, faultsOf, sentOf } from "../state/shop/contact.ts";
import { Icon } from "../ui/Icon.tsx";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";

/** Nothing typed yet, for somebody new. */
export const EMPTY_TYPING: Typing = { customerId: undefined, form: EMPTY_FORM };

const FIELDS = ["name", "phone", "email", "address", "instructions"] as const;

/** Registers a caller, or changes the contact of one; what is typed survives a reload and an error. */
export function CustomerForm({ typing: { customerId, form } }: { typing: Typing }) {
  const [tried, setTried] = useState(false);
  const [sending, setSending] = useState(false);
  const [trouble, setTrouble] = useState<unknown>();
  const first = useRef<HTMLInputElement>(null);
  const { keyFor } = useWish();
  const words = phoneWords.value.customer;
  const { customer } = draft.value;
  const faults = tried ? faultsOf(form) : {};
  useEffect(() => {
    const field = customer && !form.address ? document.getElementById("phone-address") : first.current;
    field?.focus();
  }, []);
  const put = (part: Partial<ContactForm>) => change({ typing: { customerId, form: { ...form, ...part } } });
  const save = async () => {
    setTried(true);
    const [wrong] = Object.keys(faultsOf(form));
    if (wrong !== undefined) {
      document.getElementById(`phone-${wrong}`)?.focus();
      return;
    }
    if (sending) return;
    setSending(true);
    setTrouble(undefined);
    try {
      const before = customerId === undefined ? undefined : customer?.contact;
      const sent = sentOf(form);
      // Where an address lies is known for the one that it was looked up for.
      const contact =
        before?.position && before.address === sent.address ? { ...sent, position: before.position } : sent;
      const key = keyFor({ customerId, contact });
      const { data } = await (customerId === undefined
        ? postCustomer(contact, key)
        : putContact(customerId, contact, key));
      const known = draft.peek().customer;
      const kept = known?.customerId === data.id ? known : undefined;
      change({
        typing: undefined,
        search: "",
        siteId: undefined,
        customer: {
          guest: false,
          held: false,
          registeredAt: new Date().toISOString(),
          ...kept,
          customerId: data.id,
          contact,
          revision: data.revision,
        },
      });
      requestAnimationFrame(() => document.getElementById("find-item")?.focus());
    } catch (error) {
      setTrouble(error);
      setSending(false);
    }
  };
  const leave = () => {
    change({ typing: undefined });
    requestAnimationFrame(() => document.getElementById(customer ? "find-item" : "find-customer")?.focus());
  };
  return (
    <form
      class="customer-form"
      noValidate
      aria-label={customerId === undefined ? words.newTitle : words.changeTitle(customer?.contact.name ?? "")}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") leave();
      }}
    >
      {FIELDS.map((field) => {
        const fault = faults[field];
        return (
          <div class="field" key={field}>
            <label for={`phone-${field}`}>{words[field]}</label>
            <input
              ref={field === "name" ? first : undefined}
              id={`phone-${field}`}
              type="text"
              autoComplete="off"
              maxLength={300}
              value={form[field]}
              aria-invalid={fault !== undefined}
              aria-describedby={fault && `phone-${field}-wrong`}
              onInput={(event) => put({ [field]: event.currentTarget.value })}
            />
            {fault && (
              <span class="wrong" id={`phone-${field}-wrong`}>
                <Icon name="warning" />
                {words.faults[fault]}
              </span>
            )}
          </div>
        );
      })}
      {trouble !== undefined && <Notice kind="bad">{sentenceOf(trouble)}</Notice>}
      <div class="known-acts">
        <button type="submit" class="button main slim" aria-disabled={sending}>
          {customerId === undefined ? words.save : words.saveChange}
        </button>
        <button type="button" class="button plain slim" onClick={leave}>
          {words.cancel}
        </button>
      </div>
    </form>
  );
}
