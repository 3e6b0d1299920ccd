import { messages } from "../messages/catalogue.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";

interface SupportPageProps {
  /** The address after its name. */
  readonly parts: readonly string[];
  readonly query: string;
}

/** Orders and what happened to them, for the people who help. */
export function SupportPage(_: SupportPageProps) {
  return (
    <>
      <Header title={messages.value.common.page.support} />
      <main class="page">
        <Blank icon="search" title={messages.value.common.missing} />
      </main>
    </>
  );
}
