import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { getCities } from "../api/courier.ts";
import { ApiProblem, NoAnswer } from "../api/problem.ts";
import { courierWords } from "../messages/courier.ts";
import type { CourierDay } from "../state/courier/day.ts";
import { lastCity } from "../state/courier/kept.ts";
import { allowSound } from "../state/courier/sound.ts";
import { Icon } from "../ui/Icon.tsx";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";

/** Changes the shift, one change at a time, and says why when it could not be. */
function useShift(day: CourierDay) {
  const changing = useSignal(false);
  const trouble = useSignal<string | undefined>(undefined);
  const change = async (what: "start" | "end", city?: string) => {
    if (changing.value) return;
    allowSound();
    changing.value = true;
    trouble.value = undefined;
    const words = courierWords.peek();
    try {
      await day.shift(what, city);
    } catch (error) {
      const isBusy = error instanceof ApiProblem && error.code === "courier_busy";
      trouble.value = isBusy ? words.busy : error instanceof NoAnswer ? words.shiftOffline : sentenceOf(error);
    }
    changing.value = false;
  };
  return { changing, trouble, change };
}

/** The one switch, off: where, and go. */
export function OffShift({ day }: { day: CourierDay }) {
  const { changing, trouble, change } = useShift(day);
  const cities = useSignal<readonly string[] | undefined>(undefined);
  const unread = useSignal(false);
  const chosen = useSignal(day.work.peek()?.city ?? lastCity.signal.peek());
  const words = courierWords.value;
  const readCities = async () => {
    unread.value = false;
    try {
      cities.value = (await getCities()).data.cities;
    } catch {
      unread.value = true;
    }
  };
  useEffect(() => void readCities(), []);
  const known = cities.value ?? (chosen.value === undefined ? [] : [chosen.value]);
  const city = known.find((one) => one === chosen.value) ?? (known.length === 1 ? known[0] : undefined);
  return (
    <div class="stretch">
      <section class="off-shift">
        <Icon name="courier" />
        <h2>{words.offShift}</h2>
        <p class="quiet">{words.offShiftHint}</p>
        {unread.value && (
          <Notice kind="warn" title={words.noCities}>
            <button type="button" class="button" onClick={() => void readCities()}>
              {words.again}
            </button>
          </Notice>
        )}
        <label class="field">
          <span>{words.city}</span>
          <select
            value={city ?? ""}
            onChange={(event) => {
              chosen.value = event.currentTarget.value;
            }}
          >
            {city === undefined && (
              <option value="" disabled>
                {words.chooseCity}
              </option>
            )}
            {known.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      </section>
      {trouble.value !== undefined && <Notice kind="bad">{trouble.value}</Notice>}
      <div class="thumb">
        <button
          type="button"
          role="switch"
          aria-checked={false}
          class="button main huge"
          disabled={city === undefined}
          aria-busy={changing.value}
          onClick={() => void change("start", city)}
        >
          {changing.value ? words.changing : words.goOn}
        </button>
      </div>
    </div>
  );
}

/** The one switch, on. */
export function OnShift({ day, city }: { day: CourierDay; city: string }) {
  const { changing, trouble, change } = useShift(day);
  const words = courierWords.value;
  return (
    <>
      <div class="on-shift">
        <strong>
          <Icon name="check" />
          {words.onShift(city)}
        </strong>
        <button
          type="button"
          role="switch"
          aria-checked={true}
          class="button"
          aria-busy={changing.value}
          onClick={() => void change("end")}
        >
          {changing.value ? words.changing : words.goOff}
        </button>
      </div>
      {trouble.value !== undefined && <Notice kind="bad">{trouble.value}</Notice>}
    </>
  );
}
