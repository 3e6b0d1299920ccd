import { useEffect } from "preact/hooks";
import { ApiProblem } from "../api/problem.ts";
import { formatMoney } from "../messages/format.ts";
import { phoneWords } from "../messages/phone.ts";
import { basket, readStock } from "../state/phone/call.ts";
import { change, draft } from "../state/phone/draft.ts";
import { giveUp, isSending, placed, refusal } from "../state/phone/placing.ts";
import type { Today } from "../state/phone/today.ts";
import { statusWords } from "../tracker/list/status-words.ts";
import { Icon } from "../ui/Icon.tsx";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { missing, place, sentence, whatIsMissing } from "./place.ts";

const PAYMENTS = ["pm_card_visa", "pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds"] as const;

/** What is said to the customer, the one button, and what became of it. */
export function SayPart({ today }: { today: Today | undefined }) {
  const words = phoneWords.value;
  const { sending, paymentMethod, customer } = draft.value;
  const said = sentence();
  useEffect(() => {
    // Once it is mended, it is no longer said to be missing.
    if (missing.value !== undefined && missing.value !== words.need.notKept && whatIsMissing() === undefined)
      missing.value = undefined;
  });
  return (
    <section class="phone-part say" aria-labelledby="say-title">
      <div class="part-head">
        <h2 id="say-title">{words.sayTitle}</h2>
      </div>
      <p class={said === undefined ? "sentence quiet" : "sentence"} aria-live="polite">
        {sending ? words.ask(sending.said) : said === undefined ? words.sayNothing : words.ask(said)}
      </p>
      {missing.value !== undefined && !customer?.held && <Notice kind="warn">{missing.value}</Notice>}
      <Refused />
      <label class="field payment">
        <span>{words.basket.payment}</span>
        <select
          value={paymentMethod}
          disabled={sending !== undefined}
          onChange={(event) => change({ paymentMethod: event.currentTarget.value })}
        >
          {PAYMENTS.map((method) => (
            <option key={method} value={method}>
              {words.basket.payments[method]}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        class="button main wide"
        aria-keyshortcuts="Control+Enter"
        aria-disabled={isSending.value}
        onClick={() => void place()}
      >
        {isSending.value
          ? words.basket.sending
          : sending
            ? words.basket.again
            : words.basket.place(said === undefined ? undefined : formatMoney(basket.value.total))}
      </button>
      <Placed today={today} />
    </section>
  );
}

/** Why there is no order yet. */
function Refused() {
  const words = phoneWords.value;
  const error = refusal.value;
  const { sending } = draft.value;
  useEffect(() => {
    // What is there has changed since it was read.
    if (error !== undefined) readStock();
  }, [error]);
  if (sending && !isSending.value) {
    return (
      <Notice kind="warn" icon="cut" title={words.basket.unanswered}>
        {error !== undefined && <p>{sentenceOf(error)}</p>}
        <p>{words.basket.unansweredHint}</p>
        <p class="small">{words.basket.giveUpHint}</p>
        <button type="button" class="button slim" onClick={giveUp}>
          {words.basket.giveUp}
        </button>
      </Notice>
    );
  }
  if (error === undefined) return null;
  const known = error instanceof ApiProblem ? words.refusals[error.code] : undefined;
  return (
    <Notice kind="bad" title={words.basket.refused}>
      <p>{known ?? sentenceOf(error)}</p>
    </Notice>
  );
}

/** The order that was placed last here, as it stands now. */
function Placed({ today }: { today: Today | undefined }) {
  const words = phoneWords.value;
  const done = placed.value;
  useEffect(() => {
    if (done) today?.look(done.answer.position);
    if (done) requestAnimationFrame(() => document.getElementById("find-customer")?.focus());
  }, [done, today]);
  if (!done) return null;
  const { answer, said, customerName } = done;
  const view = today?.orders.value?.find(({ orderId }) => orderId === answer.id);
  const status = view?.status ?? answer.status;
  const { kind, icon } = statusWords(status);
  return (
    <div class="placed" data-kind={kind} data-status={status} role="status">
      <strong>
        <Icon name={icon} />
        <a href={`/support/orders/${answer.id}`}>{words.placed.title(answer.id.slice(0, 6).toUpperCase())}</a>{" "}
        {words.placed.forWhom(customerName)}
      </strong>
      <p>{words.say(said, words.stands[status])}</p>
    </div>
  );
}
