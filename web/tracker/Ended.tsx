import { navigate } from "../app/router.ts";
import type { OwnOrder } from "../state/order/own-orders.ts";
import { fillBasket } from "../state/shop/basket.ts";
import { Icon } from "../ui/Icon.tsx";
import type { Ending } from "./ending.ts";

/** What went wrong, what happens with the money, and the one next step. */
export function Ended({
  ending,
  own,
  siteId,
}: {
  ending: Ending;
  own: OwnOrder | undefined;
  siteId: string | undefined;
}) {
  const goOn = () => {
    if (ending.elsewhere || siteId === undefined) return navigate("/");
    if (own) {
      fillBasket(
        siteId,
        Object.fromEntries(
          own.lines.map(({ sku, quantity, note, substitutes }) => [sku, { quantity, note, substitutes }]),
        ),
      );
    }
    navigate(`/?site=${encodeURIComponent(siteId)}${own ? "&step=basket" : ""}`);
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
