import { messages } from "../messages/catalogue.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";

interface ReceiptPageProps {
  readonly orderId: string;
}

/** The receipt of one order. */
export function ReceiptPage(_: ReceiptPageProps) {
  return (
    <>
      <Header title={messages.value.common.page.receipt} />
      <main class="page">
        <Blank icon="search" title={messages.value.common.missing} />
      </main>
    </>
  );
}
