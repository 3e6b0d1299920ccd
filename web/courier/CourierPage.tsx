import { messages } from "../messages/catalogue.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";

interface CourierPageProps {
  /** The address after its name. */
  readonly parts: readonly string[];
  readonly query: string;
}

/** A courier at work. */
export function CourierPage(_: CourierPageProps) {
  return (
    <>
      <Header title={messages.value.common.page.courier} />
      <main class="page">
        <Blank icon="search" title={messages.value.common.missing} />
      </main>
    </>
  );
}
