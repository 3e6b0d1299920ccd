import { getProjections, type ProjectionState, type ProjectionsView } from "../../api/replay.ts";
import { type Polled, poll } from "../polled.ts";

const EVERY = 2_000;

/** Older than this, what was read is not shown as a beginning: somebody might act on it. */
const KNOWN_FOR = 3_000;

/** What was read last, kept from one view to the next so that none of them starts empty. */
let last: { readonly data: ProjectionsView; readonly asOf: number } | undefined;

/** Follows all projections. */
export const followProjections = (): Polled<ProjectionsView> =>
  poll(
    async () => {
      const answer = await getProjections();
      last = { data: answer.data, asOf: Date.now() - answer.ageMs };
      return answer;
    },
    () => EVERY,
    last !== undefined && Date.now() - last.asOf < KNOWN_FOR ? last : undefined,
  );

/** Something was done meanwhile that has changed them: the next view begins with what is read anew. */
export function forgetProjections(): void {
  last = undefined;
}

/** The table that is meant when none is named: the one that is called like its projection, else the largest. */
export const mainTable = <Table extends { readonly name: string; readonly rows: number }>(
  projection: string,
  tables: readonly Table[],
): Table | undefined => tables.find(({ name }) => name === projection) ?? tables.toSorted((a, b) => b.rows - a.rows)[0];

/** Rows and bytes of the live generation's tables together. */
export const sizeOf = ({ tables }: ProjectionState): { readonly rows: number; readonly bytes: number } =>
  tables.reduce((sum, { rows, bytes }) => ({ rows: sum.rows + rows, bytes: sum.bytes + bytes }), { rows: 0, bytes: 0 });
