import { useState } from "preact/hooks";
import type { OrderView } from "../../../projections/views.ts";
import { AskDialog } from "../../analyst/parts/AskDialog.tsx";
import type { Reading } from "../../analyst/parts/use-reading.ts";
import { type CancelPreview, type Consequence, postCancelFor } from "../../api/support.ts";
import { formatMoney } from "../../messages/format.ts";
import { supportWords } from "../../messages/support.ts";
import { sentenceOf } from "../../ui/trouble.ts";

interface CancelDialogProps {
  readonly order: OrderView;
  readonly preview: Reading<CancelPreview>;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Says what cancelling will do, asks why, and does it. */
export function CancelDialog({ order, preview, onDone, onClose }: CancelDialogProps) {
  const [reason, setReason] = useState("");
  const words = supportWords.value.act;
  const body = { reason: reason.trim() };
  return (
    <AskDialog
      title={words.cancelTitle(order.number)}
      doIt={words.cancelDo}
      danger
      missing={body.reason.length < 3 ? words.whyMissing : undefined}
      body={body}
      act={async (key) => {
        await postCancelFor(order.orderId, body.reason, key);
        onDone();
      }}
      onClose={onClose}
    >
      <div>
        <p>{words.will}</p>
        <ul class="said" aria-live="polite">
          {preview.data?.consequences?.map((one) => (
            <li key={`${one.about} ${one.what} ${one.fulfilmentId}`}>{sentenceFor(one, order)}</li>
          ))}
          {preview.data && <li>{words.nextEvent}</li>}
          {!preview.data && (
            <li class="quiet">{preview.trouble === undefined ? words.reading : sentenceOf(preview.trouble)}</li>
          )}
        </ul>
      </div>
      <label class="field">
        <span>{words.why}</span>
        <input type="text" maxLength={500} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
    </AskDialog>
  );
}

function sentenceFor({ about, what, amount, fulfilmentId }: Consequence, order: OrderView): string {
  const words = supportWords.value.act.consequences;
  const part = order.fulfilments.find((one) => one.fulfilmentId === fulfilmentId) ?? order.fulfilments[0];
  const site = part?.siteName ?? "";
  if (about === "site") return words.site(site);
  if (about === "customer") return words.customer;
  switch (what) {
    case "refunded":
      return words.refunded(formatMoney(amount ?? order.total));
    case "released":
      return words.released(site);
    case "used_up":
      return words.used_up(site);
    case "stopped":
    case "nothing":
    case "withdrawn":
    case "taken_back":
      return words[what];
    case "told":
      return words.customer;
  }
}
