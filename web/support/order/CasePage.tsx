import { useEffect, useState } from "preact/hooks";
import { Reading } from "../../analyst/parts/Reading.tsx";
import { ApiProblem } from "../../api/problem.ts";
import { supportWords } from "../../messages/support.ts";
import { type CaseFile, openCase } from "../../state/support/case-file.ts";
import { Blank } from "../../ui/Blank.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { sentenceOf } from "../../ui/trouble.ts";
import { SearchBox } from "../search/SearchBox.tsx";
import { Actions } from "./Actions.tsx";
import { CaseHead } from "./CaseHead.tsx";
import { ContactCard } from "./ContactCard.tsx";
import { IntegrityCard } from "./IntegrityCard.tsx";
import { LookBack } from "./LookBack.tsx";
import { MoneyCard } from "./MoneyCard.tsx";
import { ParkedWork } from "./ParkedWork.tsx";
import { StoryCard } from "./StoryCard.tsx";
import { Timeline } from "./Timeline.tsx";

/** One order: its story, its timeline, what the customer knows, and what can be done. */
export function CasePage({ orderId }: { orderId: string }) {
  const [file] = useState(() => openCase(orderId));
  useEffect(() => file.stop, [file]);
  return (
    <>
      <SearchBox q="" live={false} />
      <Case file={file} orderId={orderId} />
    </>
  );
}

function Case({ file, orderId }: { file: CaseFile; orderId: string }) {
  const words = supportWords.value;
  const [order, trouble] = [file.order.value, file.trouble.value];
  // The revision that is looked back to; undefined is now.
  const [lookedAt, setLookedAt] = useState<string>();
  if (!order) {
    const unknown = trouble instanceof ApiProblem && (trouble.status === 404 || trouble.status === 400);
    return (
      <>
        <h1 class="unseen" tabIndex={-1}>
          {words.orderTitle(orderId.slice(0, 6).toUpperCase())}
        </h1>
        {unknown ? (
          <Blank icon="search" title={words.noSuch}>
            <p class="quiet">{words.noSuchHint}</p>
            <a class="button" href="/support">
              {words.back}
            </a>
          </Blank>
        ) : (
          <Reading trouble={trouble} again={file.look} lines={8} />
        )}
      </>
    );
  }
  return (
    <>
      <CaseHead order={order} />
      {trouble !== undefined && <Notice kind="warn">{sentenceOf(trouble)}</Notice>}
      {file.integrity.value.verdict?.verified === false && <Notice kind="bad">{words.integrity.storyToo}</Notice>}
      <div class="case">
        <div class="case-main">
          <StoryCard file={file} />
          <ParkedWork file={file} timeZone={order.fulfilments[0]?.timeZone ?? "UTC"} />
          <LookBack file={file} order={order} lookedAt={lookedAt} onLook={setLookedAt} />
          <Timeline file={file} order={order} lookedAt={lookedAt} />
        </div>
        <aside class="case-side" aria-label={words.act.title}>
          <IntegrityCard file={file} />
          <ContactCard order={order} />
          <MoneyCard order={order} />
          <Actions file={file} order={order} />
        </aside>
      </div>
    </>
  );
}
