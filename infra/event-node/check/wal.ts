import { setTimeout as pause } from "node:timers/promises";
import { walDamage } from "../log/wal-damage.ts";
import type { Findings } from "./report.ts";

/** The node may be writing: what looks damaged is looked at so often, and must stay so. */
const LOOKS = 3;
const BETWEEN_LOOKS_MS = 50;

/** Looks for damage in the write-ahead log beside the file. */
export async function checkWal(path: string, findings: Findings): Promise<void> {
  const wal = `${path}-wal`;
  let damage = walDamage(wal);
  for (let look = 1; damage && look < LOOKS; look++) {
    await pause(BETWEEN_LOOKS_MS);
    const again = walDamage(wal);
    damage = again?.frame === damage.frame ? again : undefined;
  }
  if (!damage) return;
  const { frame, offset, page, commits } = damage;
  findings.add({
    kind: "wal",
    message: `the write-ahead log ${wal} is damaged in frame ${frame}, at byte ${offset}, which holds page ${page}: SQLite would drop ${commits} commits from there on, acknowledged events among them`,
    page,
  });
}
