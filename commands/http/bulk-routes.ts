import { z } from "zod";
import { BULK_KINDS, type BulkKind } from "../../domain/catalogue/bulk.ts";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import { StoreUnavailableError } from "../../infra/event-store/port.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { type BulkOutcome, type BulkServices, checkEntry, importEntry } from "../catalogue/bulk-import.ts";
import type { CommandServices } from "./services.ts";

const MOST_ENTRIES = 200;
/** Entries that are worked on at once. */
const AT_ONCE = 16;

const entries = z.object({
  entries: z
    .array(z.unknown())
    .min(1)
    .max(MOST_ENTRIES)
    .describe("each as POST /api/items or POST /api/sites takes it"),
});

const outcomes = z
  .object({
    outcomes: z
      .array(
        z.object({
          outcome: z.enum(["created", "changed", "unchanged", "refused"]),
          id: z.string().optional(),
          changes: z
            .array(z.object({ field: z.string(), before: z.unknown().optional(), after: z.unknown() }))
            .readonly(),
          fault: z.string().optional().describe("why it is refused"),
        }),
      )
      .readonly(),
  })
  .describe("in the sequence of the entries");

/** Many items or sites at once. */
export function bulkRoutes(api: Api, services: CommandServices): void {
  const route = (name: "check" | "import", summary: string, description: string) =>
    api.post(
      `/api/catalogue/:kind/${name}`,
      {
        config: { action: "catalogue.write" },
        schema: {
          tags: ["catalogue"],
          summary,
          description,
          params: z.object({ kind: z.enum(BULK_KINDS) }),
          body: entries,
          response: { 200: outcomes, "4xx": problem, "5xx": problem },
        },
      },
      async (request) => {
        const { id: admin } = authorise(request, "catalogue.write", {});
        const { kind } = request.params;
        const one = (value: unknown) =>
          name === "check" ? checkEntry(services, kind, value) : importOne(services, kind, admin, value);
        return { outcomes: await inParts(request.body.entries, one) };
      },
    );
  route("check", "Say what importing entries would do", "Nothing is written.");
  route(
    "import",
    "Import entries",
    "What is new is created, what differs is changed, the rest stays: sending the same again does nothing twice. An entry " +
      "that is not valid is refused, and the others are imported.",
  );
}

/** An entry that collides with others again and again is refused; with the store away none can be imported. */
async function importOne(services: BulkServices, kind: BulkKind, admin: string, value: unknown): Promise<BulkOutcome> {
  try {
    return await importEntry(services, kind, admin, value);
  } catch (error) {
    if (error instanceof StoreUnavailableError || !(error instanceof Error)) throw error;
    return { outcome: "refused", changes: [], fault: error.message };
  }
}

async function inParts(
  values: readonly unknown[],
  work: (value: unknown) => Promise<BulkOutcome>,
): Promise<BulkOutcome[]> {
  const done: BulkOutcome[] = [];
  for (let from = 0; from < values.length; from += AT_ONCE) {
    done.push(...(await Promise.all(values.slice(from, from + AT_ONCE).map(work))));
  }
  return done;
}
