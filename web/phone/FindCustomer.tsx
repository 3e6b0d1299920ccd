import { useEffect, useState } from "preact/hooks";
import { messages } from "../messages/catalogue.ts";
import { phoneWords } from "../messages/phone.ts";
import { canFind, findAgain, findMore, found, takeCustomer } from "../state/phone/call.ts";
import { change, draft } from "../state/phone/draft.ts";
import { Icon } from "../ui/Icon.tsx";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";

/** The field in which a caller is looked for; arrows choose, Enter takes. */
export function FindCustomer() {
  const { search } = draft.value;
  const words = phoneWords.value.customer;
  const list = found.data.value?.customers ?? [];
  const [marked, setMarked] = useState(0);
  const at = Math.min(marked, Math.max(0, list.length - 1));
  useEffect(() => {
    if (document.activeElement === document.body) document.getElementById("find-customer")?.focus();
  }, []);
  const choose = (n: number) => {
    const chosen = list[n];
    if (!chosen) return;
    takeCustomer(chosen);
    requestAnimationFrame(() => document.getElementById("find-item")?.focus());
  };
  return (
    <div class="find">
      <label class="search">
        <span class="small strong">{words.find}</span>
        <Icon name="search" />
        <input
          id="find-customer"
          type="text"
          role="combobox"
          autoComplete="off"
          spellcheck={false}
          aria-expanded={list.length > 0}
          aria-controls="found-customers"
          aria-autocomplete="list"
          aria-activedescendant={list.length > 0 ? `customer-${at}` : undefined}
          aria-describedby="find-hint"
          maxLength={80}
          value={search}
          onInput={(event) => {
            setMarked(0);
            change({ search: event.currentTarget.value });
          }}
          onKeyDown={(event) => {
            if (event.ctrlKey || event.metaKey || event.isComposing) return;
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (step !== undefined) setMarked(Math.max(0, Math.min(list.length - 1, at + step)));
            else if (event.key === "Enter") choose(at);
            else if (event.key === "Escape") change({ search: "" });
            else return;
            event.preventDefault();
          }}
        />
      </label>
      <p class="quiet small" id="find-hint">
        {found.asking.value && canFind(search) ? words.finding : words.hint}
      </p>
      <p class="unseen" role="status">
        {canFind(search) && !found.asking.value && found.data.value && words.found(list.length)}
      </p>
      <div class="choices-list" id="found-customers" role="listbox" aria-label={words.title}>
        {list.map(({ customerId, contact, guest, held }, n) => (
          // The field has the focus and the keys; a click is for the mouse.
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field's keys choose
          <div
            key={customerId}
            id={`customer-${n}`}
            role="option"
            tabIndex={-1}
            aria-selected={n === at}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(n)}
          >
            <strong>{contact.name}</strong>
            <span class="quiet small">
              {[contact.phone, contact.email, contact.address].filter(Boolean).join(" · ")}
            </span>
            {(held || guest) && (
              <span class="tag" data-kind={held ? "bad" : undefined}>
                {held ? words.held : words.guest}
              </span>
            )}
          </div>
        ))}
      </div>
      {found.data.value?.next !== undefined && (
        <button type="button" class="button slim" onClick={findMore}>
          {words.more}
        </button>
      )}
      {found.trouble.value !== undefined && (
        <Notice kind="bad">
          <p>{sentenceOf(found.trouble.value)}</p>
          <button type="button" class="button slim" onClick={findAgain}>
            {messages.value.common.retry}
          </button>
        </Notice>
      )}
      {canFind(search) && found.data.value && list.length === 0 && !found.asking.value && (
        <div class="nobody">
          <strong>{words.none}</strong>
          <p class="quiet small">{words.noneHint}</p>
        </div>
      )}
    </div>
  );
}
