import { Head } from "../../analyst/parts/Head.tsx";
import { TableFrame } from "../../analyst/parts/TableFrame.tsx";
import type { Follower, Followers, Part } from "../../api/operations.ts";
import { formatCount } from "../../messages/figures.ts";
import { formatDuration, formatWhen } from "../../messages/format.ts";
import { operationsWords } from "../../messages/operations.ts";
import { Panel } from "./Panel.tsx";
import { outsideName } from "./sentence.ts";

const RESTING = new Set<Follower["state"]>(["building", "ready", "previous"]);
const rank = ({ state, level }: Follower): number =>
  state === "stopped" || state === "stuck" ? 0 : level !== "ok" ? 1 : RESTING.has(state) ? 3 : 2;

/** Who follows the log, how far behind, and what they have set aside; those that need somebody first. */
export function ConsumersPanel({ followers }: { followers: Part<Followers> }) {
  const words = operationsWords.value.overview.followers;
  return (
    <Panel title={words.title} part={followers}>
      {({ consumers, appended, outbox }) => {
        const working = consumers.filter(({ state }) => !RESTING.has(state)).toSorted((a, b) => rank(a) - rank(b));
        const resting = consumers.filter(({ state }) => RESTING.has(state));
        return (
          <>
            <Table consumers={working} caption={words.title} />
            <p class="small quiet">
              {appended !== undefined && `${words.appended(formatCount(appended))} · `}
              {words.outbox(formatCount(outbox))}
            </p>
            {resting.length > 0 && (
              <details>
                <summary>{words.all}</summary>
                <Table consumers={resting} caption={words.all} />
              </details>
            )}
          </>
        );
      }}
    </Panel>
  );
}

function Table({ consumers, caption }: { consumers: readonly Follower[]; caption: string }) {
  const words = operationsWords.value.overview.followers;
  return (
    <TableFrame caption={caption} quiet>
      <thead>
        <tr>
          <Head>{words.name}</Head>
          <Head>{words.state}</Head>
          <Head n>{words.lag}</Head>
          <Head n>{words.rate}</Head>
          <Head n>{words.parked}</Head>
        </tr>
      </thead>
      <tbody>
        {consumers.map(({ name, state, lag, level, rate, parked }) => (
          <tr key={name} data-level={state === "stopped" || state === "stuck" ? "emergency" : level}>
            <th scope="row">{name}</th>
            <td>{words.states[state]}</td>
            <td class="n">
              {lag === undefined ? "–" : words.behind(formatCount(lag.events), lag.exact)}
              {lag !== undefined && lag.events > 0 && <small>{formatDuration(lag.seconds * 1_000)}</small>}
            </td>
            <td class="n">{rate === undefined ? "–" : formatCount(rate)}</td>
            <td class={parked > 0 ? "n bad" : "n"}>{formatCount(parked)}</td>
          </tr>
        ))}
      </tbody>
    </TableFrame>
  );
}

/** Circuits to the outside: which system does not answer where, since when, and what waits for it. */
export function OutsidePanel({ followers }: { followers: Part<Followers> }) {
  const words = operationsWords.value.overview.outside;
  return (
    <Panel title={words.title} part={followers}>
      {({ circuits }) =>
        circuits.length === 0 ? (
          <p>{words.none}</p>
        ) : (
          <TableFrame caption={words.title} quiet>
            <thead>
              <tr>
                <Head>{words.name}</Head>
                <Head>{words.state}</Head>
                <Head>{words.since}</Head>
                <Head n>{words.waiting}</Head>
              </tr>
            </thead>
            <tbody>
              {circuits.map(({ system, place, state, since, waiting, failureType }) => (
                <tr key={`${system} ${place}`} data-level={state === "open" ? "emergency" : "ok"}>
                  <th scope="row" class="wrap">
                    {outsideName(system, place)}
                  </th>
                  <td>
                    {state === "open" ? words.open : words.closed}
                    {state === "open" && failureType !== undefined && (
                      <small>{words.why[failureType] ?? failureType.replaceAll("_", " ")}</small>
                    )}
                  </td>
                  <td>{formatWhen(since)}</td>
                  <td class="n">{formatCount(waiting)}</td>
                </tr>
              ))}
            </tbody>
          </TableFrame>
        )
      }
    </Panel>
  );
}
