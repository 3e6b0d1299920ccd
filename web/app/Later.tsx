import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { messages } from "../messages/catalogue.ts";
import { Blank } from "../ui/Blank.tsx";

/** Loads a part of the pages; the same function each time, so that it is loaded once. */
type Load<P> = () => Promise<FunctionComponent<P>>;

/** Parts that have been loaded: shown at once, without a blank page in between. */
const loaded = new Map<unknown, unknown>();

/** A part whose code is fetched when it is first shown, so that pages without it stay small. */
export function Later<P extends object>({ load, ...props }: { load: Load<P> } & P) {
  const [at, setAt] = useState<unknown>();
  const [failed, setFailed] = useState(false);
  const fetchPart = () => {
    if (loaded.has(load)) return;
    setFailed(false);
    load().then(
      (part) => {
        loaded.set(load, part);
        setAt(() => load);
      },
      () => setFailed(true),
    );
  };
  useEffect(fetchPart, [load, at]);
  const words = messages.value.common;
  const Part = loaded.get(load) as FunctionComponent<P> | undefined; // what this very `load` has resolved to
  // What is left of the props when `load` is taken away are the part's own.
  if (Part) return <Part {...(props as unknown as P)} />;
  if (!failed) return <div class="coming" aria-busy="true" />;
  return (
    <main class="page">
      <Blank icon="cut" title={words.notLoaded}>
        <p class="quiet">{words.notLoadedHint}</p>
        <button type="button" class="button main" onClick={() => location.reload()}>
          {words.reload}
        </button>
      </Blank>
    </main>
  );
}
