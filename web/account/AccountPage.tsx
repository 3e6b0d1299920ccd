import { messages } from "../messages/catalogue.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";

interface AccountPageProps {
  /** The address after its name. */
  readonly parts: readonly string[];
  readonly query: string;
}

/** The account of a customer. */
export function AccountPage(_: AccountPageProps) {
  return (
    <>
      <Header title={messages.value.common.page.account} />
      <main class="page">
        <Blank icon="search" title={messages.value.common.missing} />
      </main>
    </>
  );
}
