import { signal } from "@preact/signals";
import { getProjections, type ProjectionState, type ProjectionsView } from "../../api/replay.ts";
import { type Polled, poll } from "../polled.ts";

const EVERY = 2_000;

/** What was read last, kept from one view to the next so that none of them starts empty. */
const last = signal<{ readonly data: ProjectionsView; readonly asOf: number } | undefined>(undefined);

/** Follows all projections. */
export const followProjections = (): Polled<ProjectionsView> =>
  poll(
    async () => {
      const answer = await getProjections();
      last.value = { data: answer.data, asOf: Date.now() - answer.ageMs };
      return answer;
    },
    () => EVERY,
    last.peek(),
  );

/** The table that is meant when none is named: the one that is called like its projection, else the largest. */
export const mainTable = <Table extends { readonly name: string; readonly rows: number }>(
  projection: string,
  tables: readonly Table[],
): Table | undefined => tables.find(({ name }) => name === projection) ?? tables.toSorted((a, b) => b.rows - a.rows)[0];

/** Rows and bytes of the live generation's tables together. */
export const sizeOf = ({ tables }: ProjectionState): { readonly rows: number; readonly bytes: number } =>
  tables.reduce((sum, { rows, bytes }) => ({ rows: sum.rows + rows, bytes: sum.bytes + bytes }), { rows: 0, bytes: 0 });
