import { Head } from "../../analyst/parts/Head.tsx";
import { TableFrame } from "../../analyst/parts/TableFrame.tsx";
import type { Part, Stuck, StuckOrder } from "../../api/operations.ts";
import { formatDuration, formatWhen } from "../../messages/format.ts";
import { operationsWords } from "../../messages/operations.ts";
import { stepName } from "./FlowPanel.tsx";
import { OrderLink } from "./OrderLink.tsx";
import { Panel } from "./Panel.tsx";

const MOST = 15;

/** Orders that have stood in their step for longer than 99 of 100 of their kind, and whom they wait for. */
export function StuckPanel({ stuck }: { stuck: Part<Stuck> }) {
  const words = operationsWords.value.overview.stuck;
  return (
    <Panel title={words.title} part={stuck} wide>
      {({ orders }) =>
        orders.length === 0 ? (
          <p>{words.none}</p>
        ) : (
          <>
            <TableFrame caption={words.title} quiet>
              <thead>
                <tr>
                  <Head>{words.order}</Head>
                  <Head>{words.step}</Head>
                  <Head n>{words.for}</Head>
                  <Head n>{words.limit}</Head>
                  <Head>{words.waits}</Head>
                </tr>
              </thead>
              <tbody>
                {orders.slice(0, MOST).map((one) => (
                  <Row key={one.orderId} order={one} />
                ))}
              </tbody>
            </TableFrame>
            {orders.length > MOST && <p class="small quiet">{words.more(MOST)}</p>}
          </>
        )
      }
    </Panel>
  );
}

function Row({ order: { orderId, step, forMs, limitMs, basis, since, waitingFor } }: { order: StuckOrder }) {
  const { stuck: words, waitsFor } = operationsWords.value.overview;
  const limit = formatDuration(limitMs);
  return (
    <tr>
      <th scope="row">
        <OrderLink orderId={orderId} />
      </th>
      <td class="wrap">{stepName(step)}</td>
      <td class="n">
        <strong>{formatDuration(forMs)}</strong>
        <small>{formatWhen(since)}</small>
      </td>
      <td class="n">{basis === "p99" ? words.p99(limit) : words.deadline(limit)}</td>
      <td class="wrap">
        {waitsFor[waitingFor?.whom ?? "nobody"] ?? waitingFor?.whom}
        {waitingFor !== undefined && <small lang="en">{waitingFor.what}</small>}
        {waitingFor?.next !== undefined && <small>{formatWhen(waitingFor.next)}</small>}
      </td>
    </tr>
  );
}
