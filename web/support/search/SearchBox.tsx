import { useEffect, useRef, useState } from "preact/hooks";
import { navigate } from "../../app/router.ts";
import { supportWords } from "../../messages/support.ts";
import { Icon } from "../../ui/Icon.tsx";
import { stepRows } from "../../ui/page-keys.ts";
import { toSearch } from "../links.ts";

/** What is typed is looked for once the fingers rest. */
const REST_MS = 250;

/** The one field of the console. On an order's page, Enter leads back to the list. */
export function SearchBox({ q, live }: { q: string; live: boolean }) {
  const [text, setText] = useState(q);
  const field = useRef<HTMLInputElement>(null);
  const words = supportWords.value;
  const asked = text.trim();
  // The address has changed by itself: back, or a link.
  useEffect(() => {
    if (document.activeElement !== field.current) setText(q);
  }, [q]);
  useEffect(() => {
    if (!live || asked === q) return undefined;
    const rest = setTimeout(() => navigate(toSearch(asked), true), REST_MS);
    return () => clearTimeout(rest);
  }, [asked, q, live]);
  return (
    <search>
      <form
        class="search wide-search"
        onSubmit={(event) => {
          event.preventDefault();
          if (!live || asked !== q) navigate(toSearch(asked), live);
          else stepRows(undefined, 1);
        }}
      >
        <label>
          <span class="unseen">{words.find.heading}</span>
          <Icon name="search" />
          <input
            ref={field}
            type="search"
            name="q"
            placeholder={words.search}
            autocomplete="off"
            spellcheck={false}
            maxLength={200}
            aria-keyshortcuts="/"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "ArrowDown") {
                event.preventDefault();
                stepRows(undefined, 1);
              }
              if (event.key === "Escape") setText("");
            }}
          />
        </label>
      </form>
    </search>
  );
}
