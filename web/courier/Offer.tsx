import { useEffect, useRef } from "preact/hooks";
import type { CourierJob } from "../../projections/views.ts";
import { courierWords } from "../messages/courier.ts";
import { formatTime, region } from "../messages/format.ts";
import { now } from "../state/clock.ts";
import type { CourierDay } from "../state/courier/day.ts";
import { allowSound } from "../state/courier/sound.ts";

/** How long couriers have to answer, for the bar alone. */
const TO_ANSWER_MS = 60_000;

const kilometres = (metres: number) =>
  new Intl.NumberFormat(region.value, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(metres / 1_000);

/** An offer: how far, how long, until when, and two buttons under the thumb. */
export function Offer({ job, day }: { job: CourierJob; day: CourierDay }) {
  const words = courierWords.value;
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus({ preventScroll: true }), []);
  const by = job.acceptBy === undefined ? undefined : Date.parse(job.acceptBy);
  const leftMs = by === undefined ? TO_ANSWER_MS : Math.max(0, by - (now.value + day.ahead.value));
  const seconds = Math.ceil(leftMs / 1_000);
  const over = leftMs === 0;
  const answer = (act: "accept" | "decline") => () => {
    allowSound();
    if (!over) day.tap(act);
  };
  return (
    <div class="stretch">
      <section class="offer card" aria-labelledby="offer-title">
        <h2 id="offer-title" ref={head} tabIndex={-1}>
          {words.offer}
        </h2>
        <p class="from">{words.from(job.pickups.map(({ name }) => name).join(" + "))}</p>
        {job.way === undefined ? (
          <p class="quiet">{words.wayUnknown}</p>
        ) : (
          <div class="way-there">
            <p>
              <strong>{words.minutes(job.way.minutes)}</strong>
              <strong>{words.kilometres(kilometres(job.way.metres))}</strong>
            </p>
            <p class="quiet">{words.wayTo}</p>
          </div>
        )}
        <ul class="facts-line">
          {job.arriveBy !== undefined && (
            <li>{words.bySite(formatTime(Date.parse(job.arriveBy) - day.ahead.value))}</li>
          )}
          <li>{words.byDoor(formatTime(Date.parse(job.promisedAt) - day.ahead.value))}</li>
          <li>{words.parts(job.parts)}</li>
        </ul>
        <div class="countdown" data-hurry={seconds <= 15}>
          <div aria-hidden="true">
            <span style={{ width: `${Math.min(100, (leftMs / TO_ANSWER_MS) * 100)}%` }} />
          </div>
          <p role="timer">{over ? words.over : words.left(seconds)}</p>
          {over && <p class="quiet small">{words.overHint}</p>}
        </div>
      </section>
      <div class="thumb two">
        <button type="button" class="button huge" disabled={over} onClick={answer("decline")}>
          {words.decline}
        </button>
        <button type="button" class="button main huge" disabled={over} onClick={answer("accept")}>
          {words.accept}
        </button>
      </div>
    </div>
  );
}
