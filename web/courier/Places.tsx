import type { CourierJob } from "../../projections/views.ts";
import { courierWords } from "../messages/courier.ts";
import { Icon } from "../ui/Icon.tsx";

const MICRO = 1_000_000;

/** The address that a phone opens its own map with. */
const mapOf = (position: { readonly lat: number; readonly lon: number } | undefined, words: string): string => {
  const at = position === undefined ? "0,0" : `${position.lat / MICRO},${position.lon / MICRO}`;
  return `geo:${at}?q=${encodeURIComponent(words === "" ? at : words)}`;
};

/** `first`: it is where they go now. */
interface PlaceProps {
  readonly job: CourierJob;
  readonly first?: boolean;
}

/** Where the order is fetched. */
export function Pickups({ job: { pickups, ready, stage }, first = false }: PlaceProps) {
  const words = courierWords.value;
  const several = pickups.length > 1;
  return (
    <div class="card place" data-now={first}>
      <h3>
        <Icon name="shop" />
        {words.fetchAt}
      </h3>
      <ul>
        {pickups.map(({ siteId, name, position, ready: partReady }) => (
          <li key={siteId}>
            <strong>{name}</strong>
            {several && first && <span class="quiet"> ({partReady ? words.partReady : words.partWorks})</span>}
            {first && (
              <a class="button" href={mapOf(position, position === undefined ? name : "")}>
                {words.navigate}
              </a>
            )}
          </li>
        ))}
      </ul>
      {first && (
        <p class="tag" data-kind={ready ? "good" : "warn"} data-stage={stage} role="status">
          <Icon name={ready ? "check" : "clock"} />
          {ready ? words.kitchenReady : words.kitchenWorks}
        </p>
      )}
    </div>
  );
}

/** To whom it goes. */
export function Door({ job: { dropOff }, first = false }: PlaceProps) {
  const words = courierWords.value;
  return (
    <div class="card place" data-now={first}>
      <h3>
        <Icon name="hand" />
        {words.bringTo}
      </h3>
      {dropOff === undefined ? (
        <p>{words.addressLater}</p>
      ) : (
        <>
          <p>
            <strong>{dropOff.name}</strong>
          </p>
          <p class="address">{dropOff.address ?? words.noAddress}</p>
          {dropOff.instructions !== undefined && (
            <p class="says">
              <span class="quiet">{words.instructions}: </span>
              {dropOff.instructions}
            </p>
          )}
          {first && (
            <div class="links">
              {(dropOff.address !== undefined || dropOff.position !== undefined) && (
                <a class="button" href={mapOf(dropOff.position, dropOff.address ?? "")}>
                  {words.navigate}
                </a>
              )}
              {dropOff.phone !== undefined && (
                <a class="button" href={`tel:${dropOff.phone.replaceAll(/[^+\d]/g, "")}`}>
                  {words.call(dropOff.name)}
                </a>
              )}
            </div>
          )}
        </>
      )}
    </div>
  );
}
