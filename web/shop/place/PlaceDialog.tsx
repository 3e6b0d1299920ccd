import { useSignal } from "@preact/signals";
import { messages } from "../../messages/catalogue.ts";
import { type District, districtsOf, matchingDistricts, nearestDistrict } from "../../state/shop/place/districts.ts";
import { choosePlace, chosenPlace, type Place, parsePosition, positionText } from "../../state/shop/place/place.ts";
import { sites } from "../../state/shop/sites.ts";
import { Icon } from "../../ui/Icon.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { useModal } from "../../ui/use-modal.ts";
import { browserPosition, type LocateFault } from "./browser-position.ts";
import { CityMap } from "./CityMap.tsx";
import "../../theme/place.css";

/** Districts that are shown at once; typing narrows them. */
const SHOWN = 40;

/** Says where the buyer is: typed, from the list, on the map, or by the browser. */
export function PlaceDialog({ onClose }: { onClose: () => void }) {
  const dialog = useModal();
  const typed = useSignal("");
  const fault = useSignal<LocateFault | undefined>(undefined);
  const locating = useSignal(false);
  const words = messages.value.shop.whereabouts;
  const all = districtsOf(sites.value ?? []);
  const position = parsePosition(typed.value);
  const found = position ? [] : matchingDistricts(all, typed.value);
  const cities = new Set(all.map(({ city }) => city)).size;
  const city = (found[0] ?? nearestDistrict(all, chosenPlace.value ?? all[0] ?? { lat: 0, lon: 0 }))?.city;

  const take = (place: Place) => {
    choosePlace(place);
    onClose();
  };
  const nameOf = (point: { lat: number; lon: number }) => {
    const district = nearestDistrict(all, point);
    return district ? words.nearby(district.name) : positionText(point);
  };
  const takeDistrict = ({ name, city: of, lat, lon }: District) =>
    take({ name: cities > 1 && name !== of ? `${name}, ${of}` : name, lat, lon, exact: false });
  const locate = async () => {
    if (locating.value) return;
    locating.value = true;
    fault.value = undefined;
    const answer = await browserPosition();
    locating.value = false;
    if ("fault" in answer) fault.value = answer.fault;
    else take({ ...answer, name: nameOf(answer), exact: true });
  };

  return (
    <dialog ref={dialog} class="place-dialog" aria-labelledby="place-title" onClose={onClose}>
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          const [first] = found;
          if (position) take({ ...position, name: positionText(position), exact: true });
          else if (first && typed.value.trim() !== "") takeDistrict(first);
        }}
      >
        <header>
          <h2 id="place-title">{words.title}</h2>
          <button type="button" class="button plain" onClick={onClose}>
            {messages.value.common.close}
          </button>
        </header>
        <SearchField label={words.field} value={typed} />
        <button type="button" class="button wide" disabled={locating.value} onClick={() => void locate()}>
          <Icon name="pin" />
          {locating.value ? words.locating : words.locate}
        </button>
        {fault.value !== undefined && <Notice kind="warn">{words.faults[fault.value]}</Notice>}
        {position && (
          <button type="submit" class="button main wide">
            {words.take(positionText(position))}
          </button>
        )}
      </form>
      {!position && found.length === 0 && (
        <p class="quiet" role="status">
          {words.notFound}
        </p>
      )}
      {city !== undefined && !position && (
        <CityMap
          city={city}
          districts={all.filter((district) => district.city === city)}
          sites={(sites.value ?? []).filter((site) => site.city === city)}
          marked={chosenPlace.value}
          onPick={(point) => take({ ...point, name: nameOf(point), exact: false })}
        />
      )}
      <ul class="districts">
        {found.slice(0, SHOWN).map((district) => (
          <li key={`${district.city}/${district.name}`}>
            <button type="button" onClick={() => takeDistrict(district)}>
              {district.name}
              {cities > 1 && district.name !== district.city && <span class="quiet small">{district.city}</span>}
            </button>
          </li>
        ))}
      </ul>
    </dialog>
  );
}
