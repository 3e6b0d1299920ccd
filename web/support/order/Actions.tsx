import { useState } from "preact/hooks";
import type { OrderView } from "../../../projections/views.ts";
import { useReading } from "../../analyst/parts/use-reading.ts";
import { getCancelPreview, getCustomer } from "../../api/support.ts";
import { supportWords } from "../../messages/support.ts";
import { principalAt } from "../../state/auth.ts";
import type { CaseFile } from "../../state/support/case-file.ts";
import { Icon } from "../../ui/Icon.tsx";
import { CancelDialog } from "./CancelDialog.tsx";
import { HoldDialog } from "./HoldDialog.tsx";

/** What can be done about the order, and why not where it cannot. */
export function Actions({ file, order }: { file: CaseFile; order: OrderView }) {
  const [cancelling, setCancelling] = useState(false);
  const words = supportWords.value.act;
  // What it would do changes with the order.
  const preview = useReading(`${order.orderId} ${order.revision}`, () => getCancelPreview(order.orderId));
  const refused = preview.data?.possible === false ? (preview.data.code ?? "order_final") : undefined;
  return (
    <section class="card actions" aria-labelledby="act-title">
      <h2 id="act-title">{words.title}</h2>
      {refused === undefined ? (
        <button
          type="button"
          class="button slim"
          data-key="c"
          aria-keyshortcuts="c"
          onClick={() => setCancelling(true)}
        >
          {words.cancel}
        </button>
      ) : (
        <p class="small quiet">{words.tooLate[refused] ?? words.tooLate.order_final}</p>
      )}
      {principalAt("desk")?.role === "admin" && <Hold customerId={order.customerId} />}
      {cancelling && (
        <CancelDialog
          order={order}
          preview={preview}
          onDone={file.look}
          onClose={() => {
            setCancelling(false);
          }}
        />
      )}
    </section>
  );
}

/** An admin's: whether orders are taken from this customer. */
function Hold({ customerId }: { customerId: string }) {
  const [round, setRound] = useState(0);
  const [asking, setAsking] = useState(false);
  const words = supportWords.value.act;
  const { data } = useReading(`${customerId} ${round}`, () => getCustomer(customerId));
  if (!data) return null;
  return (
    <>
      {data.held && (
        <p class="small held">
          <Icon name="hand" /> {words.held}
        </p>
      )}
      <button type="button" class="button slim" onClick={() => setAsking(true)}>
        {data.held ? words.lift : words.hold}
      </button>
      {asking && (
        <HoldDialog
          customerId={customerId}
          held={data.held}
          onDone={() => setRound(round + 1)}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
