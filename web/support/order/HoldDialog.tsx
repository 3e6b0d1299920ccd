import { useState } from "preact/hooks";
import { AskDialog } from "../../analyst/parts/AskDialog.tsx";
import { postHold } from "../../api/support.ts";
import { supportWords } from "../../messages/support.ts";

// As domain/customer/customer.ts has them.
const HOLD_CAUSES = ["fraud", "chargeback", "abuse"] as const;
const LIFT_CAUSES = ["checked", "mistaken", "settled"] as const;

interface HoldDialogProps {
  readonly customerId: string;
  /** No orders are taken now. */
  readonly held: boolean;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Says what a hold does, or its end, asks why, and does it. */
export function HoldDialog({ customerId, held, onDone, onClose }: HoldDialogProps) {
  const [cause, setCause] = useState("");
  const words = supportWords.value.act;
  return (
    <AskDialog
      title={held ? words.liftTitle : words.holdTitle}
      doIt={held ? words.liftDo : words.holdDo}
      danger={!held}
      missing={cause === "" ? words.choose : undefined}
      body={{ held, cause }}
      act={async (key) => {
        await postHold(customerId, held ? "lift-hold" : "hold", cause, key);
        onDone();
      }}
      onClose={onClose}
    >
      <div>
        <p>{words.will}</p>
        <ul class="said">
          {(held ? words.liftWill : words.holdWill).map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </div>
      <label class="field">
        <span>{words.cause}</span>
        <select value={cause} onChange={(event) => setCause(event.currentTarget.value)}>
          <option value="" />
          {(held ? LIFT_CAUSES : HOLD_CAUSES).map((one) => (
            <option key={one} value={one}>
              {words.causes[one]}
            </option>
          ))}
        </select>
      </label>
    </AskDialog>
  );
}
