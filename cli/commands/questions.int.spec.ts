import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { readConfig } from "../../infra/config.ts";
import { type Engines, startEngines } from "../../infra/consumers/testing/engines.ts";
import { createLog } from "../../infra/log.ts";
import { catalogueProjection } from "../../projections/catalogue/projection.ts";
import { buildUpTo } from "../../projections/replay/build-generation.ts";
import { ensureProjection } from "../../projections/runner/generations.ts";
import { appendMixed, masterData } from "../../test/fixtures/read-history.ts";
import { setUpRoles } from "../database/database-roles.ts";
import { MIGRATIONS } from "../database/migrations.ts";
import { type Ran, runHere } from "../testing-command.ts";

let engines: Engines;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-questions-"));
  engines = await startEngines(MIGRATIONS.filter(({ name }) => !name.endsWith("-runner")));
  // As "ordertrail up" has it: what the command may do is what the workers may.
  expect(await setUpRoles(readConfig({}), engines.databaseUrl)).toMatchObject({ state: "applied" });
  await appendMixed(engines.store, masterData(), 1);
  const log = createLog("test", "silent");
  const live = await ensureProjection(engines.pool, catalogueProjection, systemClock);
  const building = { projection: catalogueProjection, ...engines, log, clock: systemClock, instance: "live" };
  await buildUpTo(building, live, await engines.store.head());
});
afterAll(async () => {
  await engines?.stop();
  await rm(folder, { recursive: true, force: true });
});

const ordertrail = (...parts: string[]): Promise<Ran> =>
  runHere({ DATABASE_URL: engines.databaseUrl, EVENTSTORE_URL: engines.storeUrl }, parts);

describe("ordertrail replay", () => {
  test("--as-of shows a read model's tables as they stood, lists them and drops them", async () => {
    const { events } = await engines.store.readAll(undefined, 3);
    const position = events[2]?.position.commit.toString() ?? "";
    const { code, out } = await ordertrail("replay", "catalogue", "--as-of", position);
    expect(code).toBe(0);
    const schema = /scratch_catalogue_[0-9a-f]{8}/.exec(out)?.[0] ?? "";
    expect(out).toContain(`as of position ${position} in schema ${schema}`);
    expect((await ordertrail("replay", "--scratch")).out).toMatch(new RegExp(`${schema} +as-of +${position}`));
    expect((await ordertrail("replay", "--drop-scratch", schema)).out).toContain(`${schema} is dropped.`);
    await expect(ordertrail("replay", "--drop-scratch", schema)).rejects.toThrow("there is no scratch schema");
  });

  test("--what-if shows the rows that would differ", async () => {
    const file = join(folder, "renamed.ts");
    const real = new URL("../../projections/catalogue/projection.ts", import.meta.url).pathname;
    await writeFile(
      file,
      `import { catalogueProjection as real } from "${real}";
       export default { ...real, handle: (batch, context) => real.handle(batch.map((event) =>
         event.stream === "item-tart" ? { ...event, data: { ...event.data, name: "Torte" } } : event), context) };`,
    );
    const { code, out } = await ordertrail("replay", "catalogue", "--what-if", file);
    expect(code).toBe(0);
    expect(out).toMatch(/items sku=tart: changed\n +details: .*→ .*Torte/);
    expect(out).toContain("of the rows of catalogue would differ");
  });

  test("says what is wrong with a file and fails", async () => {
    const file = join(folder, "empty.ts");
    await writeFile(file, "export const nothing = 1;");
    const { code, out } = await ordertrail("replay", "catalogue", "--what-if", file);
    expect(code).toBe(1);
    expect(out).toContain("no default export");
  });

  test("refuses a moment that is none, and two questions at once", async () => {
    await expect(ordertrail("replay", "catalogue", "--as-of", "noon")).rejects.toMatchObject({
      code: "config_invalid",
    });
    await expect(ordertrail("replay", "catalogue", "--as-of", "1", "--scratch")).rejects.toThrow("at a time");
    await expect(ordertrail("replay", "nothing", "--as-of", "1")).rejects.toThrow("there is no projection");
  });
});

describe("ordertrail explain", () => {
  test("lists what each event changed in a row", async () => {
    const { code, out } = await ordertrail("explain", "catalogue", "items", "sku=tart");
    expect(code).toBe(0);
    expect(out).toMatch(/item\.listed {2}\(item-tart, revision 0\)\n {4}sku: null → tart/);
    expect(out).toMatch(/These \d+ events make items sku=tart exactly as it is/);
  });

  test("answers for a row that does not exist and fails", async () => {
    const { code, out } = await ordertrail("explain", "catalogue", "items", "sku=nothing", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ events: [], complete: false });
  });

  test("refuses a key that is none", async () => {
    await expect(ordertrail("explain", "catalogue", "items", "tart")).rejects.toThrow("is not column=value");
    await expect(ordertrail("explain", "catalogue", "items", "name=x")).rejects.toThrow("is named by sku");
  });
});

describe("ordertrail export", () => {
  test("writes events, the tables of a read model and an OCEL log, each as of one position", async () => {
    const head = (await engines.store.head())?.commit.toString();
    const events = await ordertrail(
      "export",
      "events",
      "--format",
      "jsonl",
      "--out",
      join(folder, "events.jsonl"),
      "--json",
    );
    expect(JSON.parse(events.out)).toMatchObject({ written: [{ what: "events", position: head }] });
    const catalogue = await ordertrail("export", "catalogue", "--out", join(folder, "catalogue"));
    expect((await readdir(join(folder, "catalogue"))).toSorted()).toEqual(["items.parquet", "sites.parquet"]);
    const ocel = await ordertrail("export", "ocel", "--out", join(folder, "log.json"));
    expect(JSON.parse(await readFile(join(folder, "log.json"), "utf8"))).toHaveProperty("objectTypes");
    expect(`${catalogue.out}${ocel.out}`.match(new RegExp(`as of position ${head}`, "g"))?.length).toBe(3);
  });

  test("of a span ends where the next one goes on", async () => {
    const { events } = await engines.store.readAll(undefined, 4);
    const middle = events[3]?.position.commit.toString() ?? "";
    const rows: number[] = [];
    for (const span of [["--to", middle], ["--from", middle], []]) {
      const { out } = await ordertrail(
        "export",
        "events",
        "--format",
        "csv",
        "--out",
        join(folder, "span.csv"),
        "--json",
        ...span,
      );
      rows.push(JSON.parse(out).written[0].rows);
    }
    expect(rows[0]).toBe(4);
    expect((rows[0] ?? 0) + (rows[1] ?? 0)).toBe(rows[2]);
  });

  test("refuses what there is not, and a place that cannot be written", async () => {
    const file = join(folder, "x.parquet");
    await expect(ordertrail("export", "nothing", "--out", file)).rejects.toThrow("there is nothing called");
    await expect(ordertrail("export", "catalogue.nothing", "--out", file)).rejects.toThrow("has no table");
    await expect(ordertrail("export", "catalogue", "--from", "1", "--out", file)).rejects.toThrow("are for events");
    await expect(ordertrail("export", "events", "--out", join(folder, "no", "x"))).rejects.toThrow("cannot be written");
  });
});
