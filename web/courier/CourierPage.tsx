import { messages } from "../messages/catalogue.ts";
import { principalAt } from "../state/auth.ts";
import { Header } from "../ui/Header.tsx";
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
      {courierId !== undefined && <Day key={courierId} courierId={courierId} />}
    </div>
  );
}
