import { messages } from "../messages/catalogue.ts";
import { formatMoney, region } from "../messages/format.ts";
import { phoneWords } from "../messages/phone.ts";
import { basket, menu, places, ranked, readPlaces, readStock, site } from "../state/phone/call.ts";
import { change, draft } from "../state/phone/draft.ts";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { BasketLines } from "./BasketLines.tsx";
import { ItemField } from "./ItemField.tsx";

/** What is ordered, how it comes, and from where. */
export function BasketPart() {
  const words = phoneWords.value.basket;
  const { method, sending } = draft.value;
  const { lines, fee, total } = basket.value;
  return (
    <section class="phone-part" aria-labelledby="basket-title">
      <div class="part-head">
        <h2 id="basket-title">{words.title}</h2>
      </div>
      <fieldset class="whole" disabled={sending !== undefined}>
        <div class="how">
          <fieldset class="switch">
            <legend class="unseen">{words.method}</legend>
            {(["courier", "parcel"] as const).map((one) => (
              <label key={one}>
                <input
                  type="radio"
                  name="method"
                  checked={method === one}
                  onChange={() => change({ method: one, siteId: undefined })}
                />
                <span>{words[one]}</span>
              </label>
            ))}
          </fieldset>
          <SiteChoice />
        </div>
        <SiteState />
        <ItemField />
        {lines.length === 0 ? <p class="quiet empty-basket">{words.empty}</p> : <BasketLines lines={lines} />}
        {lines.length > 0 && (
          <dl class="sums">
            <div>
              <dt>{words.fee}</dt>
              <dd>{formatMoney(fee)}</dd>
            </div>
            <div class="whole-sum">
              <dt>{words.total}</dt>
              <dd>{formatMoney(total)}</dd>
            </div>
          </dl>
        )}
      </fieldset>
    </section>
  );
}

function SiteChoice() {
  const words = phoneWords.value.basket;
  const { openStates } = messages.value;
  const distance = new Intl.NumberFormat(region.value, { maximumFractionDigits: 1 });
  return (
    <label class="field site-choice">
      <span class="unseen">{words.site}</span>
      <select
        value={site.value?.siteId ?? ""}
        aria-label={words.site}
        onChange={(event) => change({ siteId: event.currentTarget.value })}
      >
        {ranked.value.map(({ site: { siteId, name, city, status }, km }) => (
          <option key={siteId} value={siteId}>
            {[
              name,
              city,
              km === undefined ? undefined : words.km(distance.format(km)),
              status === "open" ? undefined : openStates.suspended,
            ]
              .filter(Boolean)
              .join(" · ")}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What is wrong with the site, or with what is known of it. */
function SiteState() {
  const words = phoneWords.value.basket;
  const trouble = places.trouble.value ?? menu.trouble.value;
  if (trouble !== undefined) {
    return (
      <Notice kind="bad">
        <p>{sentenceOf(trouble)}</p>
        <button
          type="button"
          class="button slim"
          onClick={() => {
            if (places.trouble.peek() !== undefined) readPlaces();
            else readStock();
          }}
        >
          {messages.value.common.retry}
        </button>
      </Notice>
    );
  }
  if (places.data.value && site.value === undefined) return <Notice kind="warn">{words.noSite}</Notice>;
  const state = menu.data.value?.openState;
  const name = site.value?.name ?? "";
  if (state === "closed") return <Notice kind="warn">{words.closedSite(name)}</Notice>;
  if (state === "closing_soon") return <Notice kind="warn">{words.closingSite(name)}</Notice>;
  return null;
}
