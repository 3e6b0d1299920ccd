import { useState } from "preact/hooks";
import type { CourierJob } from "../../projections/views.ts";
import { courierWords } from "../messages/courier.ts";
import { formatQuantity, formatTime } from "../messages/format.ts";
import type { CourierDay } from "../state/courier/day.ts";
import { nextAct, refusedPin } from "../state/courier/taps.ts";
import { freshness } from "../state/freshness.ts";
import { Icon } from "../ui/Icon.tsx";
import { GiveBackDialog } from "./dialogs.tsx";
import { Door, Pickups } from "./Places.tsx";
import { ProofDialog } from "./ProofDialog.tsx";
import { SharedWay } from "./SharedWay.tsx";
import { Told } from "./Told.tsx";
import { useSettled } from "./use-settled.ts";

/** An order that is theirs: where to, with what, and the one big button. */
export function JobView({ job, day }: { job: CourierJob; day: CourierDay }) {
  const [asking, setAsking] = useState<"proof" | "give-back">();
  const words = courierWords.value;
  const onTheWay = job.stage === "picked_up";
  const time = onTheWay ? job.promisedAt : (job.arriveBy ?? job.promisedAt);
  const shownTime = formatTime(Date.parse(time) - day.ahead.value);
  const close = () => setAsking(undefined);
  const askProof = () => setAsking("proof");
  return (
    <div class="stretch">
      <Told day={day} onProof={askProof} />
      <section class="job" aria-labelledby="job-title">
        <header>
          <h2 id="job-title">{words.order(job.number)}</h2>
          <p>{onTheWay || job.arriveBy === undefined ? words.byDoor(shownTime) : words.bySite(shownTime)}</p>
        </header>
        {onTheWay ? <Door job={job} first /> : <Pickups job={job} first />}
        <Carry job={job} />
        {onTheWay ? <Pickups job={job} /> : <Door job={job} />}
        <SharedWay sharing={day.sharing} />
        {!onTheWay && (
          <button type="button" class="button plain give-back" onClick={() => setAsking("give-back")}>
            {words.giveBack}
          </button>
        )}
      </section>
      <OneButton job={job} day={day} onDeliver={askProof} />
      {asking === "proof" && (
        <ProofDialog
          checking={day.checking.value}
          refused={refusedPin(day.refused.value, job.orderId)}
          onClose={close}
          onDone={(proof) => day.tap("deliver", proof)}
        />
      )}
      {asking === "give-back" && <GiveBackDialog onClose={close} onDone={() => day.tap("decline")} />}
    </div>
  );
}

function OneButton({ job, day, onDeliver }: { job: CourierJob; day: CourierDay; onDeliver: () => void }) {
  const words = courierWords.value;
  const act = nextAct(job);
  // The next button stands where the last one was: a thumb that bounces must not press both.
  const settled = useSettled(act);
  const cut = freshness.value.kind === "stale";
  // Without a connection nobody knows whether the kitchen has finished; who has it in hand knows better.
  const early = act === "pick-up" && !job.ready && !cut;
  const checking = day.checking.value;
  const blocked = !settled || early || checking;
  const says = { accept: words.accept, arrive: words.arrive, "pick-up": words.pickUp, deliver: words.deliver }[act];
  return (
    <div class="thumb">
      <button
        type="button"
        class="button main huge"
        aria-disabled={blocked}
        onClick={() => {
          if (blocked) return;
          if (act === "deliver") onDeliver();
          else day.tap(act);
        }}
      >
        {checking ? words.pinChecking : early ? words.pickUpEarly : says}
      </button>
    </div>
  );
}

function Carry({ job: { carry, stage } }: { job: CourierJob }) {
  const words = courierWords.value;
  if (carry === undefined || carry.length === 0) return null;
  return (
    <div class="card carry" data-stage={stage}>
      <h3>
        <Icon name="basket" />
        {words.carry}
      </h3>
      <ul>
        {carry.map(({ name, quantity }, index) => (
          // Lines have no name of their own, and do not change while they are carried.
          <li key={index}>
            <strong>{formatQuantity(quantity)}</strong> {name}
          </li>
        ))}
      </ul>
    </div>
  );
}
