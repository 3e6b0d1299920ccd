import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { openTokenAuthority } from "../../infra/auth/tokens.ts";
import { readConfig } from "../../infra/config.ts";
import { createLog } from "../../infra/log.ts";
import { inProcessBus } from "../../realtime/bus.ts";
import { buildApi } from "../roles/api.ts";
import { foundation } from "../roles/foundation.ts";

/** Adds `ordertrail openapi`: the description of the HTTP API, made from its routes. */
export function register(program: Command): void {
  program
    .command("openapi")
    .description("print the OpenAPI 3.1 document of the HTTP API as JSON; nothing has to run")
    .addHelpText(
      "after",
      `
A running API answers with the same document at /docs/json. The TypeScript client in clients/typescript is generated
from it by "npm run client:generate".

Example:
  ordertrail openapi > openapi.json`,
    )
    .action(async () => {
      process.stdout.write(`${JSON.stringify(await openApiDocument(), null, 2)}\n`);
    });
}

/** The OpenAPI document, from an API that is built and never listens: engines are named and never asked. */
export async function openApiDocument(): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "ordertrail-openapi-"));
  const config = readConfig({
    ORDERTRAIL_DATA: folder,
    DATABASE_URL: "postgresql://nobody@127.0.0.1:1/nothing",
    EVENTSTORE_URL: "esdb://127.0.0.1:1?tls=false",
  });
  const log = createLog("api", "silent");
  const base = await foundation(config, "api", log);
  try {
    const app = await buildApi(config, log, base, await openTokenAuthority(config), inProcessBus());
    await app.ready();
    const document: unknown = app.swagger();
    await app.close();
    return document;
  } finally {
    await base.close();
    await rm(folder, { recursive: true, force: true });
  }
}
