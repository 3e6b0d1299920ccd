import { useSignal } from "@preact/signals";
import { Later } from "../../app/Later.tsx";
import { messages } from "../../messages/catalogue.ts";
import { chosenPlace } from "../../state/shop/place/place.ts";
import { Icon } from "../../ui/Icon.tsx";

const dialog = () => import("./PlaceDialog.tsx").then(({ PlaceDialog }) => PlaceDialog);

/** Where the buyer is, and the way to say it. */
export function PlaceBar() {
  const open = useSignal(false);
  const words = messages.value.shop.whereabouts;
  const place = chosenPlace.value;
  return (
    <div class="place-bar card">
      <Icon name="pin" />
      <p>
        {place ? (
          <>
            <span class="quiet small">{words.to}</span>
            <strong>{place.name}</strong>
          </>
        ) : (
          <>
            <strong>{words.ask}</strong>
            <span class="quiet small">{words.why}</span>
          </>
        )}
      </p>
      <button
        type="button"
        class={place ? "button" : "button main"}
        onClick={() => {
          open.value = true;
        }}
      >
        {place ? words.change : words.choose}
      </button>
      {open.value && (
        <Later
          load={dialog}
          onClose={() => {
            open.value = false;
          }}
        />
      )}
    </div>
  );
}
