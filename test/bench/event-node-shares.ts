import { run as runEventNode } from "./event-node.bench.ts";
import { CLIENT, CpuWatch, describeShares } from "./report/cpu.ts";
import type { BenchOptions, Figure } from "./report/figure.ts";

/** The event node's figures; that bench starts a node of its own, as a child of this process. */
export async function run({ progress }: BenchOptions): Promise<Figure[]> {
  progress("event node: appends, reads, catch-up");
  const family = "this process and its children";
  const cpu = new CpuWatch({ [family]: process.pid });
  const rows = await runEventNode();
  const { seconds, cores, others } = cpu.lap();
  const client = cores.get(CLIENT) ?? 0;
  const together = cores.get(family) ?? 0;
  const known = new Map([
    [CLIENT, client],
    ["event node", Math.max(0, together - client)],
  ]);
  // What the family has used beyond the client stands in `others` once too little, for the client was counted twice.
  const shares = { seconds, cores: known, others: others === undefined ? undefined : others + client };
  return rows.map((row, n) => (n === 0 ? { ...row, note: `all six together: ${describeShares(shares)}` } : row));
}
