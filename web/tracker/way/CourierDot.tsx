import { messages } from "../../messages/catalogue.ts";
import { formatDistance } from "../../messages/format.ts";
import { now } from "../../state/clock.ts";
import { freshWay, type SeenWay } from "../../state/order/courier-way.ts";
import { Icon } from "../../ui/Icon.tsx";

/** The courier as a dot between shop and door, with minutes; only while it is known where that is. */
export function CourierDot({ seen }: { seen: SeenWay | undefined }) {
  const way = seen && freshWay(seen, now.value);
  if (!way?.left) return null;
  const { leg, left, donePercent } = way;
  const words = messages.value.tracker.courierWay;
  const distance = formatDistance(left.metres);
  return (
    <div class="courier-way">
      <p>
        <strong>{leg === "to_door" ? words.toYou(left.minutes) : words.toShop(left.minutes)}</strong>{" "}
        <span class="quiet small">{words.away(distance)}</span>
      </p>
      {donePercent !== undefined && (
        <div class="courier-line" aria-hidden="true">
          <Icon name="shop" />
          <span class="track">
            <span class="dot" style={{ left: `${donePercent}%` }} />
          </span>
          <Icon name="pin" />
        </div>
      )}
    </div>
  );
}
