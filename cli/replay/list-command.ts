import { systemClock } from "../../infra/clock.ts";
import { ConfigError } from "../../infra/config.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { replayOverview } from "../../projections/replay/overview.ts";
import { dropGeneration, GenerationStateError, GenerationUnknownError } from "../../projections/runner/generations.ts";
import { withEngines } from "./engines.ts";
import { overviewLines } from "./text.ts";

/** Prints every projection with its generations. */
export async function listCommand({ json }: { readonly json?: true }): Promise<void> {
  await withEngines(
    async ({ pool, store }) => {
      const overview = await replayOverview({ pool, store, clock: systemClock, projections: PROJECTIONS });
      const text = json ? JSON.stringify(overview, null, 2) : overviewLines(overview).join("\n");
      process.stdout.write(`${text}\n`);
    },
    { forPeople: true },
  );
}

/** Drops a generation; the live one only of a projection that the code no longer has. */
export async function dropCommand(name: string, generation: number, { json }: { readonly json?: true }): Promise<void> {
  await withEngines(
    async ({ pool }) => {
      const removed = !PROJECTIONS.some((projection) => projection.name === name);
      try {
        await dropGeneration(pool, name, generation, removed);
      } catch (error) {
        const theirs = error instanceof GenerationUnknownError || error instanceof GenerationStateError;
        throw theirs ? new ConfigError(error.message) : error;
      }
      const dropped = `${name}:${generation}`;
      process.stdout.write(json ? `${JSON.stringify({ dropped })}\n` : `${dropped} is dropped.\n`);
    },
    { forPeople: true },
  );
}
