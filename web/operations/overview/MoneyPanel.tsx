import type { Difference, Money, Part } from "../../api/operations.ts";
import { formatCount } from "../../messages/figures.ts";
import { formatMoney, formatTime, formatWhen } from "../../messages/format.ts";
import { operationsWords } from "../../messages/operations.ts";
import { OrderLink } from "./OrderLink.tsx";
import { Panel } from "./Panel.tsx";
import { differenceText } from "./sentence.ts";
import type { Wish } from "./wish.ts";

interface MoneyPanelProps {
  readonly money: Part<Money>;
  /** When somebody at this page has asked for a comparison. */
  readonly askedAt: string | undefined;
  readonly onWish: (wish: Wish) => void;
}

/** Captures, refunds and parcels outside against the orders. */
export function MoneyPanel({ money, askedAt, onWish }: MoneyPanelProps) {
  const words = operationsWords.value.overview;
  const off = money.data?.switchedOff ?? true;
  const compare = off ? undefined : (
    <button
      type="button"
      class="button slim"
      data-key="c"
      aria-keyshortcuts="c"
      onClick={() => onWish({ kind: "compare" })}
    >
      {words.compare.button}
    </button>
  );
  return (
    <Panel title={words.money.title} part={money} acts={compare}>
      {(data) => (
        <>
          <Report money={data} askedAt={askedAt} />
          <Differences open={data.open} onWish={onWish} />
        </>
      )}
    </Panel>
  );
}

function Report({ money: { reports, nextAt }, askedAt }: { money: Money; askedAt: string | undefined }) {
  const words = operationsWords.value.overview.money;
  const [newest] = reports;
  const through = reports.find(({ state }) => state === "finished");
  const { intents = 0, refunds = 0, parcels = 0, found = 0, mended = 0 } = through?.counts ?? {};
  const waited = askedAt !== undefined && (newest === undefined || newest.startedAt < askedAt);
  return (
    <dl class="facts">
      <div>
        <dt>{words.last}</dt>
        <dd>{through === undefined ? words.never : formatWhen(through.finishedAt ?? through.startedAt)}</dd>
      </div>
      {nextAt !== undefined && (
        <div>
          <dt>{words.next}</dt>
          <dd>{formatTime(nextAt)}</dd>
        </div>
      )}
      <div class="whole">
        <dt class="unseen">{words.found(found, mended)}</dt>
        <dd class="small" aria-live="polite">
          <Progress newest={newest} waited={waited} askedAt={askedAt} />
          {through !== undefined && (
            <>
              {words.looked(formatCount(intents), formatCount(refunds), formatCount(parcels))}.{" "}
              {words.found(found, mended)}
            </>
          )}
        </dd>
      </div>
    </dl>
  );
}

interface ProgressProps {
  readonly newest: Money["reports"][number] | undefined;
  readonly waited: boolean;
  readonly askedAt: string | undefined;
}

function Progress({ newest, waited, askedAt }: ProgressProps) {
  const words = operationsWords.value.overview;
  if (newest?.state === "running") return <strong>{words.compare.running} </strong>;
  if (waited && askedAt !== undefined) return <strong>{words.compare.asked(formatTime(askedAt))} </strong>;
  if (newest?.state === "failed") return <strong class="bad">{words.money.failed(newest.error ?? "")} </strong>;
  return null;
}

const sum = (amount: number | undefined, currency: string | undefined) =>
  amount === undefined || currency === undefined ? "–" : formatMoney({ amount, currency: currency.toUpperCase() });

function Differences({ open, onWish }: { open: readonly Difference[]; onWish: (wish: Wish) => void }) {
  const words = operationsWords.value.overview;
  if (open.length === 0) {
    return (
      <p class="small">
        {words.money.open}: {words.money.none}
      </p>
    );
  }
  return (
    <section class="differences" aria-label={words.money.open}>
      <h3>{words.money.open}</h3>
      <ul>
        {open.map((one) => (
          <li key={`${one.kind} ${one.reference}`} data-alarm={one.alarm}>
            <div>
              <p>
                <strong>{differenceText(one)}</strong>
              </p>
              <p class="small">
                {words.money.inOrder}: {sum(one.inOrder, one.currency)} · {words.money.outside}:{" "}
                {sum(one.outside, one.currency)} · {words.money.seen}: {formatWhen(one.firstSeen)}
              </p>
              <p class="small quiet">
                <code>{one.reference}</code> {one.orderId !== undefined && <OrderLink orderId={one.orderId} />}
              </p>
            </div>
            <button type="button" class="button slim" onClick={() => onWish({ kind: "settle", difference: one })}>
              {words.settle.button}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
