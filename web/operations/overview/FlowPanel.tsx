import { Head } from "../../analyst/parts/Head.tsx";
import { TableFrame } from "../../analyst/parts/TableFrame.tsx";
import type { Flow, Part, Stuck } from "../../api/operations.ts";
import { formatCount } from "../../messages/figures.ts";
import { formatDuration } from "../../messages/format.ts";
import { operationsWords } from "../../messages/operations.ts";
import { Panel } from "./Panel.tsx";

const ROWS = ["placed", "paid", "accepted", "delivered", "ended"] as const;

/** The name of a step that an order stands in. */
export const stepName = (step: string): string => operationsWords.value.overview.steps[step] ?? step;

/** Whether orders move: what they did in the last minutes against what is usual, and where the open ones stand. */
export function FlowPanel({ flow, stuck }: { flow: Part<Flow>; stuck: Part<Stuck> }) {
  const words = operationsWords.value.overview.flow;
  return (
    <Panel title={words.title} part={flow}>
      {({ now, usual, minutes }) => (
        <>
          <TableFrame caption={words.title} quiet>
            <thead>
              <tr>
                <td />
                <Head n>{words.lately(minutes)}</Head>
                <Head n>{words.usual}</Head>
              </tr>
            </thead>
            <tbody>
              {ROWS.map((row) => (
                <tr key={row}>
                  <th scope="row">{words.rows[row]}</th>
                  <td class="n large">{formatCount(now[row])}</td>
                  <td class="n quiet">{usual === undefined ? "–" : formatCount(usual[row])}</td>
                </tr>
              ))}
            </tbody>
          </TableFrame>
          {usual === undefined && <p class="small quiet">{words.noUsual}</p>}
          {stuck.data && <Steps stuck={stuck.data} />}
        </>
      )}
    </Panel>
  );
}

function Steps({ stuck: { steps, looked, more } }: { stuck: Stuck }) {
  const { flow: words, steps: names } = operationsWords.value.overview;
  if (looked === 0) return <p class="small">{words.noneOpen}</p>;
  const order = Object.keys(names);
  const sorted = steps.toSorted((a, b) => order.indexOf(a.step) - order.indexOf(b.step));
  return (
    <>
      <TableFrame caption={words.steps}>
        <thead>
          <tr>
            <Head>{words.step}</Head>
            <Head n>{words.orders}</Head>
            <Head n>{words.longest}</Head>
            <Head n>{words.stuck}</Head>
          </tr>
        </thead>
        <tbody>
          {sorted.map((one) => (
            <tr key={one.step}>
              <th scope="row" class="wrap">
                {stepName(one.step)}
              </th>
              <td class="n">{formatCount(one.orders)}</td>
              <td class="n">{formatDuration(one.longestMs)}</td>
              <td class={one.stuck > 0 ? "n bad" : "n"}>{formatCount(one.stuck)}</td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
      <p class="small quiet">{words.looked(formatCount(looked), more)}</p>
    </>
  );
}
