import { useEffect, useState } from "preact/hooks";
import { messages } from "../messages/catalogue.ts";
import { courierWords } from "../messages/courier.ts";
import { type CourierDay, followDay } from "../state/courier/day.ts";
import { freshness } from "../state/freshness.ts";
import { Blank } from "../ui/Blank.tsx";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { JobView } from "./JobView.tsx";
import { Offer } from "./Offer.tsx";
import { OffShift, OnShift } from "./Shift.tsx";
import { Told } from "./Told.tsx";
import { useAttention } from "./use-attention.ts";

/** What a courier has to do now; follows it while it is shown. */
export function Day({ courierId }: { courierId: string }) {
  const [day] = useState(() => followDay(courierId));
  useEffect(() => () => day.stop(), [day]);
  const offered = day.job.value?.stage === "offered" ? day.job.value.orderId : undefined;
  useAttention(offered, day.work.value?.onShift ?? false);
  return (
    <main class="ride">
      <h1 class="unseen">{messages.value.common.page.courier}</h1>
      <Shown day={day} />
    </main>
  );
}

function Shown({ day }: { day: CourierDay }) {
  const work = day.work.value;
  const job = day.job.value;
  const words = courierWords.value;
  if (work === undefined) {
    const trouble = day.trouble.value;
    return trouble === undefined ? (
      <div class="coming" aria-busy="true" />
    ) : (
      <Notice kind="bad" title={words.notRead}>
        <p>{sentenceOf(trouble)}</p>
      </Notice>
    );
  }
  if (job !== undefined && job.stage !== "offered") return <JobView key={job.orderId} job={job} day={day} />;
  if (!work.onShift && job === undefined) {
    return (
      <>
        <Told day={day} />
        <OffShift day={day} />
      </>
    );
  }
  return (
    <>
      <OnShift day={day} city={work.city ?? ""} />
      <Told day={day} />
      {job === undefined ? <Waiting /> : <Offer key={`${job.orderId} ${job.attempt}`} job={job} day={day} />}
    </>
  );
}

function Waiting() {
  const words = courierWords.value;
  const cut = freshness.value.kind === "stale";
  return (
    <Blank icon={cut ? "cut" : "courier"} title={words.waiting}>
      <p class="quiet">{cut ? words.waitingOffline : words.waitingHint}</p>
    </Blank>
  );
}
