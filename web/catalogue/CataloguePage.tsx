import { useEffect } from "preact/hooks";
import { navigate } from "../app/router.ts";
import { goodsWords } from "../messages/goods.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";
import { handlePageKey, stepRows } from "../ui/page-keys.ts";
import { EntryPage } from "./EntryPage.tsx";
import { FilesPage } from "./FilesPage.tsx";
import { ListPage } from "./ListPage.tsx";
import "../theme/analyst.css";
import "../theme/analyst-forms.css";
import "../theme/analyst-tables.css";
import "../theme/goods.css";

interface CataloguePageProps {
  /** The address after `/catalogue`. */
  readonly parts: readonly string[];
  readonly query: string;
}

/** Where items and sites are kept. */
export function CataloguePage({ parts }: CataloguePageProps) {
  const words = goodsWords.value;
  const [section = "items"] = parts;
  const shown = section === "items" || section === "sites" ? section : undefined;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) =>
      handlePageKey(event, (key, target) => {
        if (key === "j" || key === "k") return () => stepRows(target, key === "j" ? 1 : -1);
        if (key === "/") return () => document.querySelector<HTMLElement>("main input[type=search]")?.focus();
        if (key === "n" && shown) return () => navigate(`/catalogue/${shown}/new`);
        return undefined;
      });
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [shown]);
  return (
    <div class="analyst goods">
      <Header title={words.title} home="/catalogue" keys={words.keyHelp} />
      <nav class="sections" aria-label={words.title}>
        {(["items", "sites", "files"] as const).map((name) => (
          <a
            key={name}
            href={name === "items" ? "/catalogue" : `/catalogue/${name}`}
            aria-current={name === section ? "page" : undefined}
          >
            {words.sections[name]}
          </a>
        ))}
      </nav>
      <main class="desk">
        <Shown parts={parts} />
      </main>
    </div>
  );
}

function Shown({ parts: [section = "items", id, more] }: { parts: readonly string[] }) {
  if (section === "files" && id === undefined) return <FilesPage />;
  if ((section === "items" || section === "sites") && more === undefined) {
    if (id === undefined) return <ListPage key={section} kind={section} />;
    return <EntryPage key={`${section}/${id}`} kind={section} id={id === "new" ? undefined : id} />;
  }
  return (
    <Blank icon="search" title={goodsWords.value.noMatch}>
      <a class="button" href="/catalogue">
        {goodsWords.value.back.items}
      </a>
    </Blank>
  );
}
