import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { OrderStatus } from "../../domain/order/state.ts";
import type { OrderView } from "../../projections/views.ts";
import { navigate } from "../app/router.ts";
import { messages } from "../messages/catalogue.ts";
import { orderAgain } from "../state/order/again.ts";
import { expectedView } from "../state/order/expected.ts";
import { type OwnOrder, ownOrder, statusOf } from "../state/order/own-orders.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header, ShopLinks } from "../ui/Header.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Notice } from "../ui/Notice.tsx";
import { CancelButton } from "./CancelButton.tsx";
import { DeliveryPin } from "./DeliveryPin.tsx";
import { Ended } from "./Ended.tsx";
import { endingOf } from "./ending.ts";
import { OrderedLines } from "./OrderedLines.tsx";
import { arrivalOf, Promised } from "./Promised.tsx";
import { Kept, Pending } from "./pending/Pending.tsx";
import { strangerSentence } from "./stranger.ts";
import { useTracking } from "./use-tracking.ts";
import { Line } from "./way/Line.tsx";
import { Meanwhile } from "./way/Meanwhile.tsx";
import { mayCancel } from "./way/steps.ts";

/** Follows one order. What this device knows of its own order is shown whatever can be read at the moment. */
export function OrderPage({ orderId }: { orderId: string }) {
  const tracking = useTracking(orderId);
  const words = messages.value.tracker;
  const own = ownOrder(orderId);
  const view = tracking?.view.value ?? own?.view;
  // Until the server has told of it, the page has the shape that it is going to have.
  const shown = view ?? (own && expectedView(own));
  const trouble = tracking?.trouble.value;
  const status = statusOf(own, view);
  const ending = status && endingOf(status, view, own);
  const number = view?.number ?? orderId.replaceAll("-", "").slice(0, 6).toUpperCase();
  const siteName = view?.fulfilments.map((f) => f.siteName).join(", ") ?? own?.site.name;
  const first = useRef(status);
  first.current ??= status;

  if (status === undefined) {
    return (
      <Frame>
        {trouble === undefined ? (
          <p class="quiet">{messages.value.common.loading}</p>
        ) : (
          <Blank icon="receipt" title={strangerSentence(trouble)}>
            <a class="button" href="/orders">
              {messages.value.common.orders}
            </a>
          </Blank>
        )}
      </Frame>
    );
  }
  return (
    <Frame>
      <div class="order-head" data-under-way={first.current !== "delivered"}>
        <p class="quiet small">
          {words.number(number)}
          {siteName && ` · ${siteName}`}
        </p>
        {ending === undefined && <Heading status={status} view={view} />}
        {ending === undefined && shown && (
          <>
            <Promised view={shown} courier={tracking?.courier.value} />
            <Meanwhile view={shown} courier={tracking?.courier.value}>
              {own && !view && <Kept own={own} trouble={trouble} />}
            </Meanwhile>
          </>
        )}
      </div>
      {own?.warning !== undefined && ending === undefined && status !== "delivered" && (
        <Notice kind="warn" icon="clock">
          {words.closingSoon(own.site.name)}
        </Notice>
      )}
      {ending && (
        <Ended ending={ending} own={own} view={view} siteId={view?.fulfilments[0]?.siteId ?? own?.site.siteId} />
      )}
      {shown ? <Line view={shown} ended={ending !== undefined} /> : own && <Pending own={own} trouble={trouble} />}
      <OrderedLines view={shown} own={own} />
      {view && ending === undefined && <Cancelling view={view} onDone={() => tracking?.refresh()} />}
      {view && <After view={view} own={own} />}
      {view && tracking && <DeliveryPin view={view} tracking={tracking} />}
    </Frame>
  );
}

/** Nothing was paid: there is nothing to show a receipt of. */
const hasReceipt = ({ payment }: OrderView): boolean => payment.status === "confirmed";

/** What one may want of an order beside looking at it: its receipt once it is paid, and the same again once it came. */
function After({ view, own }: { view: OrderView; own: OwnOrder | undefined }) {
  const words = messages.value.tracker;
  const siteId = view.fulfilments[0]?.siteId;
  const came = view.status === "delivered" || view.status === "shipped";
  if (!hasReceipt(view)) return null;
  return (
    <div class="choice-row">
      <a class="button" href={`/orders/${encodeURIComponent(view.orderId)}/receipt`}>
        <Icon name="receipt" />
        {words.receipt}
      </a>
      {came && siteId !== undefined && (
        <button type="button" class="button" onClick={() => navigate(orderAgain(siteId, own, view))}>
          {words.next.again}
        </button>
      )}
    </div>
  );
}

/** The way to cancel while there is one; afterwards, until it is there, why there is none. */
function Cancelling({ view, onDone }: { view: OrderView; onDone: () => void }) {
  if (mayCancel(view)) return <CancelButton view={view} onDone={onDone} />;
  // Its place stays: what stands below it must not move when the order arrives.
  if (["delivered", "shipped"].includes(view.status)) return <p class="too-late" />;
  return <p class="quiet small too-late">{messages.value.tracker.tooLateToCancel}</p>;
}

const PENDING = ["placed", "stock_reserved", "payment_processing"];

/** What the order is doing, in one sentence that keeps its place. */
function Heading({ status, view }: { status: OrderStatus; view: OrderView | undefined }) {
  const words = messages.value;
  const arrival = view && arrivalOf(view);
  if (arrival) {
    return (
      <h1 class="pending-head">
        {arrival.at} <span class="arrived">{arrival.how}</span>
      </h1>
    );
  }
  const pending = PENDING.includes(status);
  return (
    <h1 class="pending-head">
      {words.tracker.received}{" "}
      <span class={pending ? "pulse" : undefined}>{pending ? words.tracker.confirming : words.statuses[status]}</span>
    </h1>
  );
}

const Frame = ({ children }: { children: ComponentChildren }) => (
  <>
    <Header live>
      <ShopLinks />
    </Header>
    <main class="page narrow order">{children}</main>
  </>
);
