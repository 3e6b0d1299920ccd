import { Later } from "../app/Later.tsx";
import { analystWords } from "../messages/analyst.ts";
import { Blank } from "../ui/Blank.tsx";
import { DeskFrame } from "../ui/DeskFrame.tsx";
import { JobPage } from "./jobs/JobPage.tsx";
import { handleKey, SECTIONS } from "./parts/keys.ts";
import { type Section, toSection } from "./parts/links.ts";
import { ProjectionPage } from "./projections/ProjectionPage.tsx";
import { ProjectionsPage } from "./projections/ProjectionsPage.tsx";
import { AsOfPage } from "./questions/AsOfPage.tsx";
import { ExplainPage } from "./questions/ExplainPage.tsx";
import { WhatIfPage } from "./questions/WhatIfPage.tsx";
import "../theme/analyst.css";
import "../theme/analyst-forms.css";
import "../theme/analyst-tables.css";
import "../theme/analyst-jobs.css";
import "../theme/charts.css";

interface AnalystPageProps {
  /** The address after `/analyst`. */
  readonly parts: readonly string[];
  readonly query: string;
}

const charts = () => import("./charts/ChartsPage.tsx").then(({ ChartsPage }) => ChartsPage);

/** Where somebody at a desk looks after the read models, asks them questions, and reads charts. */
export function AnalystPage({ parts, query }: AnalystPageProps) {
  const section = sectionOf(parts);
  const words = analystWords.value;
  return (
    <DeskFrame
      title={words.title}
      home="/analyst"
      keysLabel={words.keys}
      keys={words.keyHelp}
      place={parts.join("/")}
      onKey={handleKey}
      sections={<Sections section={section} />}
    >
      <Shown parts={parts} query={query} />
    </DeskFrame>
  );
}

function sectionOf([first]: readonly string[]): Section | undefined {
  if (first === undefined || first === "projections" || first === "jobs") return "projections";
  return SECTIONS.find((section) => section === first);
}

function Sections({ section }: { section: Section | undefined }) {
  const words = analystWords.value;
  const names: Record<Section, string> = {
    projections: words.sections.projections,
    "as-of": words.sections.asOf,
    "what-if": words.sections.whatIf,
    explain: words.sections.explain,
    charts: words.sections.charts,
  };
  return (
    <nav class="sections" aria-label={words.sectionsLabel}>
      {SECTIONS.map((each, index) => (
        <a
          key={each}
          href={toSection(each)}
          aria-current={each === section ? "page" : undefined}
          aria-keyshortcuts={String(index + 1)}
        >
          {names[each]}
        </a>
      ))}
    </nav>
  );
}

function Shown({ parts, query }: AnalystPageProps) {
  const [first, second] = parts;
  if (parts.length === 2 && second !== undefined) {
    if (first === "projections") return <ProjectionPage key={second} name={second} />;
    if (first === "jobs") return <JobPage key={second} jobId={second} />;
  }
  if (parts.length <= 1) {
    if (first === undefined) return <ProjectionsPage />;
    if (first === "as-of") return <AsOfPage key={query} query={query} />;
    if (first === "what-if") return <WhatIfPage key={query} query={query} />;
    if (first === "explain") return <ExplainPage key={query} query={query} />;
    if (first === "charts") return <Later load={charts} query={query} />;
  }
  const words = analystWords.value;
  return (
    <Blank icon="search" title={words.noSuch}>
      <a class="button" href="/analyst">
        {words.toProjections}
      </a>
    </Blank>
  );
}
