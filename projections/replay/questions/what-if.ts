import type { Pool, PoolClient } from "pg";
import { loadParkedStreams } from "../../../infra/consumers/parking.ts";
import { messageOf } from "../../../infra/consumers/waiting.ts";
import { ensureProjection, type Generation } from "../../runner/generations.ts";
import { actAs, scratchRole } from "../../runner/privileges.ts";
import type { Projection } from "../../runner/projection.ts";
import { BuildEndedError, type BuildOptions, type BuildProgress, buildUpTo } from "../build-generation.ts";
import type { GenerationDiff } from "../diff.ts";
import { diffWithLive } from "../swap.ts";
import { shapeOf } from "../table-shape.ts";
import { HandlerFileError, loadHandler } from "./handler-file.ts";
import { asGeneration, createScratch, inScratch, type Scratch, type ScratchKeeping } from "./scratch.ts";

export interface WhatIfOptions extends BuildOptions, ScratchKeeping {
  /** Path of the module whose default export is the other projection. */
  readonly file: string;
}

/** What would be if the handler were another one. */
export interface WhatIf {
  readonly scratch: Scratch;
  readonly progress: BuildProgress;
  /** The rows of the other handler stand where a rebuilt generation's would. */
  readonly diff: GenerationDiff;
}

/** Streams that the other handler may park beyond those of the live one before it is taken for broken. */
const MOST_PARKED = 20;
const BATCH = 1_000;

/**
 * Runs another handler over the same events into a scratch schema and compares with the live generation at one
 * position. Nothing else is written: where the database has roles, the handler acts as one that may write nothing but
 * scratch schemas. Rejects with HandlerFileError when the file cannot be used; what was built then is dropped.
 */
export async function whatIf(options: WhatIfOptions): Promise<WhatIf> {
  const { pool, projection: real, clock, store, file } = options;
  const live = await ensureProjection(pool, real, clock);
  const other = await loadHandler(file, real);
  const create = () => createScratch(pool, other, "what-if", clock).catch(refused(file));
  return await inScratch(pool, options, create, async (scratch) => {
    await checkColumns(pool, live, scratch, real, file);
    const parked = (await loadParkedStreams(pool, live.schema)).size;
    const trial = new Trial(other, await scratchRole(pool), parked + MOST_PARKED);
    const building = {
      batchSize: BATCH,
      ...options,
      projection: trial.projection,
      signal: AbortSignal.any([trial.hopeless, ...(options.signal ? [options.signal] : [])]),
      onProgress: (progress: BuildProgress) => {
        trial.look(progress);
        options.onProgress?.(progress);
      },
    };
    const built = asGeneration(scratch);
    try {
      const progress = await buildUpTo(building, built, await store.head());
      if (trial.hopeless.aborted) throw new BuildEndedError("the last page was one too many");
      return { scratch, progress, diff: await diffWithLive({ ...building, live, rebuilt: built }) };
    } catch (cause) {
      if (!(cause instanceof BuildEndedError && trial.hopeless.aborted)) throw cause;
      throw new HandlerFileError(`${file} throws: ${messageOf(trial.failure)}`, { cause: trial.failure });
    }
  });
}

const refused = (file: string) => (cause: unknown) => {
  // Class 42: what its `create` says is no valid SQL.
  const { code = "" } = cause as { readonly code?: string };
  if (!code.startsWith("42")) throw cause;
  throw new HandlerFileError(`${file} cannot make its tables: ${messageOf(cause)}`, { cause });
};

/** Another projection on trial: it acts as the scratch role, and is given up when it throws again and again. */
class Trial {
  readonly projection: Projection;
  readonly #hopeless = new AbortController();
  readonly #mostParked: number;
  /** The first thing that it threw. */
  failure: unknown;

  constructor(other: Projection, role: string | undefined, mostParked: number) {
    this.#mostParked = mostParked;
    this.projection = {
      ...other,
      handle: async (batch, context) => {
        const back = await this.#as(context.tx, role);
        try {
          await other.handle(batch, context);
        } catch (error) {
          const failure = blamed(error);
          this.failure ??= failure;
          throw failure; // the rollback that follows takes the role back
        }
        await back();
      },
    };
  }

  get hopeless(): AbortSignal {
    return this.#hopeless.signal;
  }

  look({ parked }: BuildProgress): void {
    if (parked > this.#mostParked && this.failure !== undefined) this.#hopeless.abort();
  }

  async #as(tx: PoolClient, role: string | undefined): Promise<() => Promise<void>> {
    if (role === undefined) return async () => {};
    const { rows } = await tx.query<{ before: string }>("SELECT current_setting('role') AS before");
    await actAs(tx, role);
    return () => actAs(tx, rows[0]?.before ?? "none");
  }
}

/**
 * A statement that the database understands but refuses (class 42: no such column, no permission) is trouble with the
 * database where real handlers run, and is tried again; here it is the file's mistake.
 */
function blamed(error: unknown): unknown {
  const { code = "" } = error as { readonly code?: string };
  return code.startsWith("42") ? new Error(messageOf(error)) : error;
}

/** Rows can be compared only where they have the same columns. */
async function checkColumns(pool: Pool, live: Generation, scratch: Scratch, real: Projection, file: string) {
  for (const table of real.tables) {
    const [wanted, given] = await Promise.all(
      [live.schema, scratch.schema].map((schema) => shapeOf(pool, schema, table)),
    );
    if (JSON.stringify(wanted) !== JSON.stringify(given)) {
      throw new HandlerFileError(
        live.version === real.version
          ? `${file} changes the columns of ${table}: "what if" compares rows of the same ones`
          : `the live ${live.schema} was made by version ${live.version} of the projection: rebuild it first`,
      );
    }
  }
}
