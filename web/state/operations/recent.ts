import type { Overview } from "../../api/operations.ts";

/** An alarm of the last day that is over by itself or by somebody's hand. */
export type Past =
  | {
      readonly kind: "difference";
      readonly at: string;
      /** Its kind. */
      readonly difference: string;
      readonly text: string;
      readonly reference: string;
      readonly end: "mended" | "gone" | "settled";
      readonly by?: string | undefined;
    }
  | { readonly kind: "circuit"; readonly at: string; readonly system: string; readonly place: string }
  | { readonly kind: "compare-failed"; readonly at: string; readonly error: string };

const DAY_MS = 86_400_000;

/** What rang in the last day and is over, the newest first; of parts that cannot be asked nothing is told. */
export function recentOf({ money, followers, at }: Overview): readonly Past[] {
  const since = Date.parse(at) - DAY_MS;
  const differences = (money.data?.closed ?? []).map((one): Past => {
    const { kind: difference, text, reference, settledAt, mendedAt, goneAt = one.lastSeen, settledBy: by } = one;
    const end = settledAt !== undefined ? "settled" : mendedAt !== undefined ? "mended" : "gone";
    return { kind: "difference", at: settledAt ?? mendedAt ?? goneAt, difference, text, reference, end, by };
  });
  const circuits = (followers.data?.circuits ?? []).flatMap(({ state, since: closedAt, system, place }): Past[] =>
    state === "closed" ? [{ kind: "circuit", at: closedAt, system, place }] : [],
  );
  // The newest one is told among what is wrong now, if it failed.
  const failed = (money.data?.reports.slice(1) ?? []).flatMap(({ state, startedAt, error = "" }): Past[] =>
    state === "failed" ? [{ kind: "compare-failed", at: startedAt, error }] : [],
  );
  return [...differences, ...circuits, ...failed]
    .filter((one) => Date.parse(one.at) >= since)
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
