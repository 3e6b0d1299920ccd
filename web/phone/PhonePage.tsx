import { messages } from "../messages/catalogue.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";

interface PhonePageProps {
  /** The address after its name. */
  readonly parts: readonly string[];
  readonly query: string;
}

/** Orders that come by phone. */
export function PhonePage(_: PhonePageProps) {
  return (
    <>
      <Header title={messages.value.common.page.phone} />
      <main class="page">
        <Blank icon="search" title={messages.value.common.missing} />
      </main>
    </>
  );
}
