import type { OrderView } from "../../projections/views.ts";
import { navigate } from "../app/router.ts";
import { orderAgain } from "../state/order/again.ts";
import type { OwnOrder } from "../state/order/own-orders.ts";
import { Icon } from "../ui/Icon.tsx";
import type { Ending } from "./ending.ts";

/** What went wrong, what happens with the money, and the one next step. */
export function Ended({
  ending,
  own,
  view,
  siteId,
}: {
  ending: Ending;
  own: OwnOrder | undefined;
  view: OrderView | undefined;
  siteId: string | undefined;
}) {
  const goOn = () => {
    if (ending.elsewhere || siteId === undefined) return navigate("/shop");
    navigate(orderAgain(siteId, own, view));
  };
  return (
    <section class="card ended">
      <h1>
        <Icon name="warning" />
        {ending.title}
      </h1>
      {ending.why !== undefined && <p>{ending.why}</p>}
      {ending.money !== undefined && (
        <p class="money">
          <Icon name="money" />
          {ending.money}
        </p>
      )}
      <button type="button" class="button main" onClick={goOn}>
        {ending.next}
      </button>
    </section>
  );
}
