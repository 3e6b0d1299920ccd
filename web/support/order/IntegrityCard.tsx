import type { Integrity } from "../../api/support.ts";
import { formatDuration } from "../../messages/format.ts";
import { supportWords } from "../../messages/support.ts";
import { numberOf } from "../../messages/support-format.ts";
import { now } from "../../state/clock.ts";
import type { CaseFile } from "../../state/support/case-file.ts";
import { Icon } from "../../ui/Icon.tsx";
import { showEvent } from "./show-event.ts";

/** Whether what this page tells is what was written, in words. */
export function IntegrityCard({ file }: { file: CaseFile }) {
  const words = supportWords.value.integrity;
  const { verdict, at, checking } = file.integrity.value;
  const tone = verdict === undefined ? "plain" : verdict.verified ? "good" : "bad";
  return (
    <section class="card integrity" data-tone={tone} aria-labelledby="integrity-title">
      <h2 id="integrity-title">{words.title}</h2>
      <div role={tone === "bad" ? "alert" : "status"}>
        {verdict === undefined && <p class="quiet">{checking ? words.checking : words.notChecked}</p>}
        {verdict?.verified && (
          <p class="verdict">
            <Icon name="check" />
            <span>{words.good(verdict.events)}</span>
          </p>
        )}
        {verdict && !verdict.verified && <Broken verdict={verdict} />}
      </div>
      {verdict && at !== undefined && (
        <p class="small quiet">
          {words.checked(now.value - at < 5_000 ? "" : formatDuration(now.value - at))} {words.against}
          {verdict.verified && <>; {witnessOf(verdict)}</>}.
        </p>
      )}
      <button
        type="button"
        class="button slim"
        data-key="v"
        aria-keyshortcuts="v"
        disabled={checking}
        onClick={() => void file.verify()}
      >
        {words.again}
      </button>
    </section>
  );
}

function witnessOf({ witnessed, head }: Integrity): string {
  const words = supportWords.value.integrity;
  if (witnessed === undefined) return words.unseen;
  return witnessed === head?.revision ? words.agrees : words.partly(numberOf(witnessed));
}

function Broken({ verdict }: { verdict: Integrity }) {
  const words = supportWords.value.integrity;
  return (
    <>
      <ul class="findings">
        {verdict.findings.slice(0, 5).map(({ revision, reason }) => (
          <li key={`${revision} ${reason}`}>
            <strong>{words.bad(numberOf(revision))}</strong>
            <p class="small">{words.reasons[reason] ?? reason}</p>
            <button type="button" class="button plain slim" onClick={() => showEvent(revision)}>
              {supportWords.value.source(numberOf(revision))}
            </button>
          </li>
        ))}
      </ul>
      <p>{words.tellOthers}</p>
    </>
  );
}
