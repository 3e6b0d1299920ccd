import { courierWords } from "../messages/courier.ts";
import { formatTime } from "../messages/format.ts";
import type { CourierDay } from "../state/courier/day.ts";
import type { Lost } from "../state/courier/lost.ts";
import { isAboutPin, type Refused } from "../state/courier/taps.ts";
import { freshness } from "../state/freshness.ts";
import { Icon } from "../ui/Icon.tsx";
import { Notice } from "../ui/Notice.tsx";

/** What has to be said before anything else: refusals, orders that are lost, and what waits to be sent. */
export function Told({ day, onProof }: { day: CourierDay; onProof?: () => void }) {
  const lost = day.lost.value;
  const done = day.done.value;
  return (
    <div class="told">
      {done !== undefined && (
        <p class="tag done" data-kind="good" role="status">
          <Icon name="check" />
          {courierWords.value.done(done)}
        </p>
      )}
      {day.refused.value.map((one) => (
        <NotTaken
          key={one.key}
          refused={one}
          onNoted={() => day.note(one.key)}
          onProof={onProof && isAboutPin(one) && one.orderId === day.job.value?.orderId ? onProof : undefined}
        />
      ))}
      {lost && <Gone lost={lost} onNoted={() => day.note()} />}
      <Queue day={day} />
    </div>
  );
}

interface NotTakenProps {
  readonly refused: Refused;
  readonly onNoted: () => void;
  /** Asks for the proof anew, where that is the next step. */
  readonly onProof: (() => void) | undefined;
}

function NotTaken({ refused, onNoted, onProof }: NotTakenProps) {
  const { act, number, code, said, dropped } = refused;
  const words = courierWords.value;
  return (
    <Notice
      kind="bad"
      title={isAboutPin(refused) ? words.notDelivered(number) : words.refusedTitle(words.said[act], number)}
    >
      <p>{words.refused[code] ?? said}</p>
      {dropped > 0 && <p>{words.dropped(dropped)}</p>}
      {onProof === undefined ? (
        <Understood onNoted={onNoted} />
      ) : (
        <button type="button" class="button main" onClick={onProof}>
          {code === "pin_wrong" ? words.pinAgain : words.withNote}
        </button>
      )}
    </Notice>
  );
}

function Gone({ lost: { number, carried, why }, onNoted }: { lost: Lost; onNoted: () => void }) {
  const words = courierWords.value;
  if (!carried) {
    return (
      <Notice kind="plain" icon="clock">
        <p>{words.offerGone}</p>
        <Understood onNoted={onNoted} />
      </Notice>
    );
  }
  const hint = {
    cancelled: words.lostCancelledHint,
    given_away: words.lostGivenHint,
    unknown: words.lostUnknown,
  }[why];
  return (
    <Notice kind="bad" title={why === "cancelled" ? words.lostCancelled(number) : words.lostGiven(number)}>
      <p>{hint}</p>
      <Understood onNoted={onNoted} />
    </Notice>
  );
}

const Understood = ({ onNoted }: { onNoted: () => void }) => (
  <button type="button" class="button" onClick={onNoted}>
    {courierWords.value.understood}
  </button>
);

/** What was tapped and is not answered yet. Online it is gone in a moment, and is not worth a word. */
function Queue({ day }: { day: CourierDay }) {
  const taps = day.taps.value;
  const words = courierWords.value;
  if (taps.length === 0) return null;
  const cut = freshness.value.kind === "stale";
  return (
    <section class="queue" role="status" data-cut={cut}>
      <h2>
        <Icon name={cut ? "cut" : "turn"} />
        {cut ? words.queued : words.sending}
      </h2>
      {cut && (
        <>
          <ol>
            {taps.map(({ key, act, at }) => (
              <li key={key}>{words.at(words.said[act], formatTime(at))}</li>
            ))}
          </ol>
          <p class="small">{words.queuedHint}</p>
        </>
      )}
      {!day.keeps.value && <p class="small">{words.notKept}</p>}
    </section>
  );
}
