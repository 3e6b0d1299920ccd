import { useEffect } from "preact/hooks";
import { accountWords } from "../../messages/account.ts";
import { messages } from "../../messages/catalogue.ts";
import { trackedReceipt } from "../../state/account/receipt.ts";
import { Blank } from "../../ui/Blank.tsx";
import { Header, ShopLinks } from "../../ui/Header.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { sentenceOf } from "../../ui/trouble.ts";
import { strangerSentence } from "../stranger.ts";
import { ReceiptSheet } from "./ReceiptSheet.tsx";
import "../../theme/account.css";

/** An order's receipt: to read, to print, to keep. */
export function ReceiptPage({ orderId }: { orderId: string }) {
  const { receipt, trouble, load, keep } = trackedReceipt;
  useEffect(() => {
    void load(orderId);
  }, [orderId, load]);
  const words = accountWords.value.receipt;
  const shown = receipt.value?.orderId === orderId ? receipt.value : undefined;
  return (
    <>
      <Header>
        <ShopLinks />
      </Header>
      <main class="page narrow receipt">
        <a class="back small" href={`/orders/${encodeURIComponent(orderId)}`}>
          {words.back}
        </a>
        {trouble.value !== undefined &&
          (shown ? (
            <Notice kind="bad">{sentenceOf(trouble.value)}</Notice>
          ) : (
            <Blank icon="receipt" title={strangerSentence(trouble.value)}>
              <button type="button" class="button" onClick={() => void load(orderId)}>
                {messages.value.common.retry}
              </button>
            </Blank>
          ))}
        {!shown && trouble.value === undefined && <p class="quiet">{messages.value.common.loading}</p>}
        {shown && (
          <>
            <ReceiptSheet receipt={shown} />
            <div class="receipt-acts">
              <button type="button" class="button main" onClick={() => print()}>
                {words.print}
              </button>
              <button
                type="button"
                class="button"
                disabled={trackedReceipt.saving.value}
                onClick={() => void keep(orderId, shown.number)}
              >
                {trackedReceipt.saving.value ? words.saving : words.save}
              </button>
            </div>
          </>
        )}
      </main>
    </>
  );
}
