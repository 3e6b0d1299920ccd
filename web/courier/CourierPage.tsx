import { useSignal } from "@preact/signals";
import { messages } from "../messages/catalogue.ts";
import { courierWords } from "../messages/courier.ts";
import { developmentTokens, principalAt, takeRole } from "../state/auth.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Day } from "./Day.tsx";
import "../theme/courier.css";
import "../theme/courier-offer.css";

interface CourierPageProps {
  /** The address after its name. */
  readonly parts: readonly string[];
  readonly query: string;
}

/** A courier at work: shift, offer, and one big button at a time. */
export function CourierPage(_: CourierPageProps) {
  const principal = principalAt("courier");
  const courierId = principal?.role === "courier" ? principal.id : undefined;
  return (
    <div class="courier">
      <Header title={messages.value.common.page.courier} home="/courier" live={courierId !== undefined} />
      {courierId === undefined ? <Gate /> : <Day key={courierId} courierId={courierId} />}
    </div>
  );
}

function Gate() {
  const failed = useSignal(false);
  const words = courierWords.value.gate;
  return (
    <main class="ride">
      <Blank icon="courier" title={words.title}>
        <p class="quiet">{words.hint}</p>
        {developmentTokens.value && (
          <button
            type="button"
            class="button main"
            onClick={async () => {
              failed.value = false;
              failed.value = !(await takeRole("courier"));
            }}
          >
            {words.take}
          </button>
        )}
        {failed.value && <Notice kind="bad">{words.failed}</Notice>}
      </Blank>
    </main>
  );
}
