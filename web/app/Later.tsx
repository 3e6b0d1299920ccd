import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { messages } from "../messages/catalogue.ts";
import { Blank } from "../ui/Blank.tsx";

/** Loads a part of the pages; the same function each time, so that it is loaded once. */
type Load<P> = () => Promise<FunctionComponent<P>>;

/** A part whose code is fetched when it is first shown, so that pages without it stay small. */
export function Later<P extends object>({ load, ...props }: { load: Load<P> } & P) {
  const [Part, setPart] = useState<FunctionComponent<P>>();
  const [failed, setFailed] = useState(false);
  const fetchPart = () => {
    setFailed(false);
    load().then(
      (part) => setPart(() => part),
      () => setFailed(true),
    );
  };
  useEffect(fetchPart, [load]);
  const words = messages.value.common;
  // What is left of the props when `load` is taken away are the part's own.
  if (Part) return <Part {...(props as unknown as P)} />;
  if (!failed) return <div class="coming" aria-busy="true" />;
  return (
    <main>
      <Blank icon="cut" title={words.notLoaded}>
        <button type="button" class="button" onClick={() => location.reload()}>
          {words.retry}
        </button>
      </Blank>
    </main>
  );
}
