import { useSignalEffect } from "@preact/signals";
import { navigate } from "../../app/router.ts";
import { messages } from "../../messages/catalogue.ts";
import { formatDuration, formatWhen } from "../../messages/format.ts";
import { now } from "../../state/clock.ts";
import { freshness } from "../../state/freshness.ts";
import {
  type Placing,
  placed,
  placing,
  refusal,
  type Sending,
  send,
  sending,
  stopPlacing,
} from "../../state/order/placing.ts";
import { Blank } from "../../ui/Blank.tsx";
import { Header, ShopLinks } from "../../ui/Header.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { sentenceOf } from "../../ui/trouble.ts";

/** An order on its way to the server; turns into its tracker with the answer, and back into the basket when refused. */
export function PlacingPage() {
  useSignalEffect(() => {
    if (placed.value !== undefined) return navigate(`/orders/${encodeURIComponent(placed.value)}`, true);
    const refused = refusal.value;
    if (refused) navigate(`/?site=${encodeURIComponent(refused.siteId)}&step=basket`, true);
  });
  useSignalEffect(() => {
    const failed = sending.value.state === "waiting";
    freshness.value = failed ? { kind: "stale", asOf: undefined, offlineSince: Date.now() } : { kind: "reconnecting" };
  });
  const order = placing.value;
  return (
    <>
      <Header>
        <ShopLinks />
      </Header>
      <main class="page narrow order">
        {order ? (
          <OnItsWay order={order} state={sending.value} />
        ) : (
          placed.value === undefined && (
            <Blank icon="receipt" title={messages.value.placing.nothing}>
              <a class="button" href="/orders">
                {messages.value.common.orders}
              </a>
            </Blank>
          )
        )}
      </main>
    </>
  );
}

function OnItsWay({ order, state }: { order: Placing; state: Sending }) {
  const words = messages.value.placing;
  const held = state.state === "waiting" || state.state === "other_account";
  return (
    <>
      <div class="order-head">
        <p class="quiet small">{order.site.name}</p>
        <h1 class="pending-head">{held ? words.waiting : <span class="pulse">{words.sending}</span>}</h1>
      </div>
      {state.state === "waiting" ? (
        <Notice kind="warn">
          <p>
            {sentenceOf(state.why)} {words.waitingHint}
          </p>
          <p class="quiet small" aria-live="off">
            {words.nextTry(formatDuration(state.nextAt - now.value))}
          </p>
          <div class="choice-row">
            <button type="button" class="button main" onClick={() => void send()}>
              {words.tryNow}
            </button>
            <button type="button" class="button" onClick={stopPlacing}>
              {words.stop}
            </button>
          </div>
          <p class="quiet small">{words.stopHint}</p>
        </Notice>
      ) : state.state === "other_account" ? (
        <Notice kind="warn">
          <p>{words.otherAccount}</p>
          <button type="button" class="button" onClick={stopPlacing}>
            {words.stop}
          </button>
        </Notice>
      ) : (
        <p class="quiet">{words.sendingHint}</p>
      )}
      <ol class="way">
        <li data-state="current">
          <span class="mark">
            <Icon name="clock" />
          </span>
          <div class="what">
            <strong>{words.onItsWay}</strong>
            <span class="quiet small">{formatWhen(order.begunAt)}</span>
          </div>
        </li>
      </ol>
    </>
  );
}
