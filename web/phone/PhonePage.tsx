import { useEffect, useState } from "preact/hooks";
import { phoneWords } from "../messages/phone.ts";
import { followCall } from "../state/phone/call.ts";
import { change, draft } from "../state/phone/draft.ts";
import { followToday, type Today } from "../state/phone/today.ts";
import { Header } from "../ui/Header.tsx";
import { handlePageKey } from "../ui/page-keys.ts";
import { BasketPart } from "./BasketPart.tsx";
import { EMPTY_TYPING } from "./CustomerForm.tsx";
import { CustomerPart } from "./CustomerPart.tsx";
import { place } from "./place.ts";
import { SayPart } from "./SayPart.tsx";
import { TodayPart } from "./TodayPart.tsx";
import "../theme/phone.css";

interface PhonePageProps {
  /** The address after its name. */
  readonly parts: readonly string[];
  readonly query: string;
}

/** Takes orders of callers: who, what, from where, what is said back, and what became of today's. */
export function PhonePage(_: PhonePageProps) {
  const [today, setToday] = useState<Today>();
  useEffect(() => {
    const ends = followCall();
    const following = followToday();
    setToday(following);
    return () => {
      ends();
      following.stop();
    };
  }, []);
  useEffect(() => {
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
  const words = phoneWords.value;
  return (
    <>
      <Header title={words.title} home="/phone" live keys={words.keyHelp} />
      <main class="phone-desk">
        <h1 class="unseen" tabIndex={-1}>
          {words.title}
        </h1>
        <CustomerPart />
        <BasketPart />
        <SayPart today={today} />
        <TodayPart today={today} />
      </main>
    </>
  );
}

const focus = (id: string) => () => document.getElementById(id)?.focus();

const KEYS: Readonly<Record<string, () => void>> = {
  "/": () => {
    if (draft.peek().customer) change({ customer: undefined });
    requestAnimationFrame(focus("find-customer"));
  },
  n: () => {
    change({ typing: EMPTY_TYPING });
    requestAnimationFrame(focus("phone-name"));
  },
  i: focus("find-item"),
  c: () => change({ method: "courier", siteId: undefined }),
  p: () => change({ method: "parcel", siteId: undefined }),
};

function pressed(event: KeyboardEvent): void {
  // Placing is asked for from every field, but from no dialog.
  const inDialog = event.target instanceof Element && event.target.closest("dialog");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !inDialog) {
    event.preventDefault();
    void place();
    return;
  }
  handlePageKey(event, (key) => (draft.peek().sending ? undefined : KEYS[key]));
}
