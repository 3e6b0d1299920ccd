import { supportWords } from "../messages/support.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";
import { useDesk } from "../ui/use-desk.ts";
import { handleKey } from "./keys.ts";
import { CasePage } from "./order/CasePage.tsx";
import { SearchPage } from "./search/SearchPage.tsx";
import "../theme/analyst.css";
import "../theme/analyst-forms.css";
import "../theme/analyst-tables.css";
import "../theme/tracker.css";
import "../theme/support.css";
import "../theme/operations.css";
import "../theme/support-case.css";
import "../theme/support-look.css";
import "../theme/support-timeline.css";

interface SupportPageProps {
  /** The address after `/support`. */
  readonly parts: readonly string[];
  readonly query: string;
}

/** Where an agent finds an order and what happened to it. */
export function SupportPage({ parts, query }: SupportPageProps) {
  const words = supportWords.value;
  useDesk({ place: parts.join("/"), onKey: (event) => handleKey(event) });
  return (
    <div class="analyst support">
      <Header title={words.title} home="/support" live keys={words.keyHelp} />
      <main class="desk">
        <Shown parts={parts} query={query} />
      </main>
    </div>
  );
}

function Shown({ parts: [first, second, third], query }: SupportPageProps) {
  const words = supportWords.value;
  if (first === undefined) return <SearchPage query={query} />;
  if (first === "orders" && second !== undefined && third === undefined) {
    return <CasePage key={second} orderId={second.toLowerCase()} />;
  }
  return (
    <Blank icon="search" title={words.noSuch}>
      <a class="button" href="/support">
        {words.back}
      </a>
    </Blank>
  );
}
