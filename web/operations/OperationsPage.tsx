import { Later } from "../app/Later.tsx";
import { operationsWords } from "../messages/operations.ts";
import { principalAt } from "../state/auth.ts";
import { Blank } from "../ui/Blank.tsx";
import { DeskFrame } from "../ui/DeskFrame.tsx";
import { DeadLettersPage } from "./dead-letters/DeadLettersPage.tsx";
import { LetterPage } from "./dead-letters/LetterPage.tsx";
import { handleKey } from "./keys.ts";
import { OverviewPage } from "./overview/OverviewPage.tsx";
import { PARTS, type PartOfPage } from "./parts.ts";
import "../theme/analyst.css";
import "../theme/analyst-forms.css";
import "../theme/analyst-tables.css";
import "../theme/analyst-jobs.css";
import "../theme/operations.css";
import "../theme/operations-overview.css";

interface OperationsPageProps {
  /** The address after `/operations`. */
  readonly parts: readonly string[];
  readonly query: string;
}

const runbook = () => import("./runbook/RunbookPage.tsx").then(({ RunbookPage }) => RunbookPage);

/** Support sees what is set aside; what the whole system does is for those who run it. */
const seesEverything = (): boolean => {
  const role = principalAt("desk")?.role;
  return role === "operator" || role === "admin";
};

/** Where somebody on call sees whether all is well, what is not, and decides about it. */
export function OperationsPage({ parts, query }: OperationsPageProps) {
  const words = operationsWords.value;
  const everything = seesEverything();
  const section = sectionOf(parts, everything);
  return (
    <DeskFrame
      class="operations"
      title={words.title}
      home="/operations"
      keysLabel={words.keys}
      keys={section === "letters" ? words.dead.keyHelp : words.overview.keys}
      place={parts.join("/")}
      live={section !== "runbook"}
      onKey={handleKey}
      sections={<Sections section={section} everything={everything} />}
    >
      <Shown parts={parts} query={query} section={section} />
    </DeskFrame>
  );
}

function sectionOf([first, , third, fourth]: readonly string[], everything: boolean): PartOfPage | undefined {
  if (first === undefined) return everything ? "overview" : "letters";
  if (fourth !== undefined || third !== undefined) return undefined;
  return PARTS.find(({ path }) => path === `/operations/${first}`)?.name;
}

function Sections({ section, everything }: { section: PartOfPage | undefined; everything: boolean }) {
  const words = operationsWords.value.overview;
  return (
    <nav class="sections" aria-label={words.sectionsLabel}>
      {PARTS.map(({ name, path }, index) =>
        name === "overview" && !everything ? null : (
          <a
            key={name}
            href={path}
            data-section={index + 1}
            aria-current={name === section ? "page" : undefined}
            aria-keyshortcuts={String(index + 1)}
          >
            {words.sections[name]}
          </a>
        ),
      )}
    </nav>
  );
}

function Shown({ parts: [, second], query, section }: OperationsPageProps & { section: PartOfPage | undefined }) {
  const words = operationsWords.value;
  switch (section) {
    case "overview":
      return <OverviewPage />;
    case "letters":
      return second === undefined ? (
        <DeadLettersPage key={query} query={query} />
      ) : (
        <LetterPage key={second} id={second} />
      );
    case "runbook":
      return <Later load={runbook} anchor={second} />;
    default:
      return (
        <Blank icon="search" title={words.noSuch}>
          <a class="button" href="/operations">
            {words.toOverview}
          </a>
        </Blank>
      );
  }
}
