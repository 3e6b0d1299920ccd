import { messages } from "../messages/catalogue.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";

interface CataloguePageProps {
  /** The address after its name. */
  readonly parts: readonly string[];
  readonly query: string;
}

/** Items and sites. */
export function CataloguePage(_: CataloguePageProps) {
  return (
    <>
      <Header title={messages.value.common.page.catalogue} />
      <main class="page">
        <Blank icon="search" title={messages.value.common.missing} />
      </main>
    </>
  );
}
