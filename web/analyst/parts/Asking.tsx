import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Notice } from "../../ui/Notice.tsx";
import { sentenceOf } from "../../ui/trouble.ts";
import { useWish } from "./use-wish.ts";

interface AskingProps<Body> {
  readonly doIt: string;
  /** What is still missing, once somebody has tried. */
  readonly missing: string | undefined;
  readonly body: Body;
  readonly act: (body: Body, key: string) => Promise<void> | void;
  readonly children: ComponentChildren;
}

/** A question's form: its fields in a row, one button, and what went wrong below. */
export function Asking<Body>({ doIt, missing, body, act, children }: AskingProps<Body>) {
  const { keyFor, done } = useWish();
  const [tried, setTried] = useState(false);
  const [sending, setSending] = useState(false);
  const [trouble, setTrouble] = useState<unknown>();
  const send = async () => {
    setTried(true);
    if (sending || missing !== undefined) return;
    setSending(true);
    setTrouble(undefined);
    try {
      await act(body, keyFor(body));
      done();
    } catch (error) {
      setTrouble(error);
    }
    setSending(false);
  };
  return (
    <form
      class="asking card"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class="asking-fields">
        {children}
        <button type="submit" class="button main" aria-disabled={sending}>
          {doIt}
        </button>
      </div>
      {tried && missing !== undefined && <Notice kind="bad">{missing}</Notice>}
      {trouble !== undefined && <Notice kind="bad">{sentenceOf(trouble)}</Notice>}
    </form>
  );
}
