import { operationsWords } from "../messages/operations.ts";
import { mayOperate } from "../state/auth.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";
import { Icon } from "../ui/Icon.tsx";
import { KeyHelp } from "../ui/KeyHelp.tsx";
import { useDesk } from "../ui/use-desk.ts";
import { DeadLettersPage } from "./dead-letters/DeadLettersPage.tsx";
import { handleKey } from "./dead-letters/keys.ts";
import { LetterPage } from "./dead-letters/LetterPage.tsx";
import { Gate } from "./Gate.tsx";
import "../theme/analyst.css";
import "../theme/analyst-forms.css";
import "../theme/analyst-tables.css";
import "../theme/analyst-jobs.css";
import "../theme/operations.css";

interface OperationsPageProps {
  /** The address after `/operations`. */
  readonly parts: readonly string[];
  readonly query: string;
}

/** Where somebody on call sees what is set aside, and decides about it. */
export function OperationsPage({ parts, query }: OperationsPageProps) {
  const allowed = mayOperate();
  const words = operationsWords.value;
  const help = useDesk({ place: parts.join("/"), allowed, onKey: handleKey });
  return (
    <div class="analyst operations">
      <Header title={words.title} home="/operations/dead-letters" live={allowed}>
        <button
          type="button"
          aria-keyshortcuts="?"
          onClick={() => {
            help.value = true;
          }}
        >
          <Icon name="keys" />
          {words.keys}
        </button>
      </Header>
      <main class="desk">{allowed ? <Shown parts={parts} query={query} /> : <Gate />}</main>
      {help.value && (
        <KeyHelp
          title={words.keys}
          keys={words.dead.keyHelp}
          onClose={() => {
            help.value = false;
          }}
        />
      )}
    </div>
  );
}

function Shown({ parts: [first, second, third], query }: OperationsPageProps) {
  const words = operationsWords.value;
  if ((first === undefined || first === "dead-letters") && third === undefined) {
    if (second === undefined) return <DeadLettersPage key={query} query={query} />;
    return <LetterPage key={second} id={second} />;
  }
  return (
    <Blank icon="search" title={words.noSuch}>
      <a class="button" href="/operations/dead-letters">
        {words.toLetters}
      </a>
    </Blank>
  );
}
