import { messages } from "../messages/catalogue.ts";
import { formatTime } from "../messages/format.ts";
import { now } from "../state/clock.ts";
import { promisedRange } from "../state/promise.ts";
import type { ShownMenu } from "../state/shop/menu.ts";
import { Icon } from "../ui/Icon.tsx";
import { Notice } from "../ui/Notice.tsx";
import { feeOf } from "./fee-of.ts";

/** When an order placed now would arrive, and what bringing it costs. */
export function PromiseLine({ menu }: { menu: ShownMenu }) {
  const words = messages.value.shop;
  const { site, promisedMinutes } = menu;
  const minute = Math.floor(now.value / 60_000) * 60_000;
  const parcel = site.kind === "warehouse";
  const range =
    promisedMinutes === undefined || menu.openState === "closed" || parcel
      ? undefined
      : promisedRange(minute + promisedMinutes * 60_000, minute);
  return (
    <p class="promise-line">
      {range && (
        <span class="tag" data-kind="good">
          <Icon name="clock" />
          {words.arrives(formatTime(range.from), formatTime(range.to))}
        </span>
      )}
      {parcel && <span class="tag">{words.parcelPromise}</span>}
      <span class="tag">
        <Icon name="courier" />
        {feeOf(site)}
      </span>
    </p>
  );
}

/** Why the site does not, or soon will not, take orders. */
export function SiteWarning({ menu }: { menu: ShownMenu }) {
  const words = messages.value.shop;
  const { site, openState } = menu;
  if (site.status === "suspended") return <Notice kind="warn">{words.suspended(site.name)}</Notice>;
  if (openState === "closed") return <Notice kind="warn">{words.closedNow(site.name)}</Notice>;
  if (openState === "closing_soon") {
    return (
      <Notice kind="warn" icon="clock">
        {words.closingSoon(site.name)}
      </Notice>
    );
  }
  return null;
}
