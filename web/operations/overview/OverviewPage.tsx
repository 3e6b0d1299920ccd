import { useState } from "preact/hooks";
import { Reading } from "../../analyst/parts/Reading.tsx";
import { useFeed } from "../../analyst/parts/use-feed.ts";
import type { Overview } from "../../api/operations.ts";
import { operationsWords } from "../../messages/operations.ts";
import { judge, type Verdict } from "../../state/operations/concerns.ts";
import { followOverview } from "../../state/operations/overview.ts";
import { RedriveDialog } from "../dead-letters/RedriveDialog.tsx";
import { ConcernList } from "./ConcernList.tsx";
import { CompareDialog, SettleDialog } from "./dialogs.tsx";
import { EnginesPanel } from "./EnginesPanel.tsx";
import { FlowPanel } from "./FlowPanel.tsx";
import { ConsumersPanel, OutsidePanel } from "./FollowersPanels.tsx";
import { LettersPanel } from "./LettersPanel.tsx";
import { MoneyPanel } from "./MoneyPanel.tsx";
import { RecentPanel } from "./RecentPanel.tsx";
import { StuckPanel } from "./StuckPanel.tsx";
import type { Wish } from "./wish.ts";

/** Whether all is well, and what is not: the worst first, each with the one thing to do about it. */
export function OverviewPage() {
  const feed = useFeed(followOverview);
  const overview = feed.data.value;
  if (overview === undefined) {
    return (
      <>
        <h1 class="unseen" tabIndex={-1}>
          {operationsWords.value.title}
        </h1>
        <Reading trouble={feed.trouble.value} again={feed.look} lines={8} />
      </>
    );
  }
  return <Seen overview={overview} look={feed.look} />;
}

function Seen({ overview, look }: { overview: Overview; look: () => void }) {
  const [wish, setWish] = useState<Wish>();
  const [askedAt, setAskedAt] = useState<string>();
  const verdict = judge(overview);
  const close = () => setWish(undefined);
  return (
    <>
      <Headline verdict={verdict} />
      <ConcernList concerns={verdict.concerns} at={overview.at} onWish={setWish} />
      <div class="panels">
        <div>
          <MoneyPanel money={overview.money} askedAt={askedAt} onWish={setWish} />
          <FlowPanel flow={overview.flow} stuck={overview.stuck} />
          <LettersPanel letters={overview.letters} onWish={setWish} />
          <RecentPanel overview={overview} />
        </div>
        <div>
          <OutsidePanel followers={overview.followers} />
          <EnginesPanel overview={overview} />
          <ConsumersPanel followers={overview.followers} />
        </div>
        <StuckPanel stuck={overview.stuck} />
      </div>
      {wish?.kind === "compare" && (
        <CompareDialog
          onDone={(at) => {
            setAskedAt(at);
            look();
          }}
          onClose={close}
        />
      )}
      {wish?.kind === "settle" && <SettleDialog difference={wish.difference} onDone={look} onClose={close} />}
      {wish?.kind === "redrive" && (
        <RedriveDialog filter={wish.filter} letters={wish.letters} onAsked={look} onClose={close} />
      )}
    </>
  );
}

const BAD = new Set<Verdict["money"] | Verdict["orders"]>(["differs", "doubtful", "slow", "stand", "unknown"]);

function Headline({ verdict: { money, orders, concerns } }: { verdict: Verdict }) {
  const words = operationsWords.value.overview.headline;
  const says = [
    { bad: BAD.has(money), text: words.money[money] },
    { bad: BAD.has(orders), text: words.orders[orders] },
  ].toSorted((a, b) => Number(b.bad) - Number(a.bad));
  const severity = concerns.some((one) => one.severity === "bad") ? "bad" : concerns.length > 0 ? "warn" : "good";
  return (
    <div class="headline" data-severity={severity} role="status">
      <h1 tabIndex={-1}>
        {says.map(({ bad, text }) => (
          <span key={text} data-bad={bad}>
            {text}{" "}
          </span>
        ))}
        <span>{words.needs(concerns.length)}</span>
      </h1>
    </div>
  );
}
