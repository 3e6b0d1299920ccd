import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seal, unseal } from "../../domain/chain/sealing.ts";
import { systemClock } from "../clock.ts";
import { createLog } from "../log.ts";
import { type EmbeddedPostgres, startPostgres } from "../postgres/embedded.ts";
import { migrate } from "../postgres/migrations.ts";
import { createPool } from "../postgres/pool.ts";
import { CustomerKeys } from "./customer-keys.ts";
import { CustomerIdError, KeyForgottenError, KeysUnavailableError } from "./errors.ts";
import { WrongMasterKeyError } from "./master-proof.ts";
import { keysMigration } from "./migration.ts";
import { UnwrapError } from "./wrapping.ts";

const log = createLog("test", "silent");
const master = randomBytes(32);

let folder: string;
let postgres: EmbeddedPostgres;
let pool: Pool;
let keys: CustomerKeys;

/** Keys as a process that has just started has them: with an empty cache. */
const freshProcess = (withMaster = master) => new CustomerKeys(pool, { master: withMaster, clock: systemClock });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-customer-keys-"));
  postgres = await startPostgres(folder, log);
  await migrate(postgres.url, [keysMigration]);
  pool = createPool(postgres.url, { applicationName: "keys-test", log });
});

afterAll(async () => {
  await pool?.end();
  await postgres?.stop();
  // Under root the cluster may lie elsewhere, behind a link.
  const cluster = await realpath(join(folder, "postgres")).catch(() => folder);
  await rm(cluster, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  keys = freshProcess();
});

const rowsOf = async (id: string): Promise<{ kid: string; wrapped: Buffer | null }[]> =>
  (await pool.query("SELECT kid, wrapped FROM keys.customer_keys WHERE customer_id = $1", [id])).rows;

describe("customer keys", () => {
  test("a customer has one key, the same after a restart, and other than another customer's", async () => {
    const [id, other] = [randomUUID(), randomUUID()];
    const made = await keys.getOrCreate(id);
    expect(made.kid).toBe(`${id}-1`);
    expect(await keys.getOrCreate(id.toUpperCase())).toBe(made);
    expect(await freshProcess().getOrCreate(id)).toEqual(made);
    expect(await freshProcess().get(id)).toEqual(made);
    expect((await keys.getOrCreate(other)).seal).not.toEqual(made.seal);
  });

  test("what one process seals, another opens", async () => {
    const id = randomUUID();
    const sealed = seal(await keys.getOrCreate(id), "order-1", "event-1", { name: "Ada" });
    const elsewhere = await freshProcess().get(id);
    expect(elsewhere && unseal(elsewhere, "order-1", "event-1", sealed)).toEqual({ name: "Ada" });
  });

  test("processes that ask at once for the same customers agree on every key", async () => {
    const ids = Array.from({ length: 1200 }, () => randomUUID());
    const processes = [freshProcess(), freshProcess(), freshProcess(), freshProcess()];
    const orders = [ids, ids.toReversed(), ids.toSorted(), [...ids.slice(600), ...ids.slice(0, 600)]];
    const answers = await Promise.all(
      processes.map((process, nth) =>
        Promise.all((orders[nth] ?? ids).map(async (id) => [id, await process.getOrCreate(id)] as const)),
      ),
    );
    const first = new Map(answers[0]);
    expect(first.size).toBe(1200);
    for (const answer of answers) for (const [id, made] of answer) expect(made).toEqual(first.get(id));
  });

  test("asking at once in one process shares one answer", async () => {
    const id = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => keys.getOrCreate(id)));
    expect(new Set(answers).size).toBe(1);
    const read = freshProcess();
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => read.get(id)))).size).toBe(1);
  });

  test("reading a customer who has no key makes none", async () => {
    const id = randomUUID();
    expect(await keys.get(id)).toBeUndefined();
    expect(await rowsOf(id)).toEqual([]);
  });

  test("many are read at once, and those without a key are left out", async () => {
    const ids = Array.from({ length: 1100 }, () => randomUUID());
    await Promise.all(ids.map((id) => keys.getOrCreate(id)));
    const found = await freshProcess().many([...ids, ...ids, randomUUID()]);
    expect([...found.keys()].sort()).toEqual(ids.toSorted());
    expect((await keys.many(ids)).get(ids[0] ?? "")).toEqual(found.get(ids[0] ?? ""));
  });

  test("the database holds no key in the clear", async () => {
    const id = randomUUID();
    const made = await keys.getOrCreate(id);
    const [row] = await rowsOf(id);
    expect(row?.wrapped).toHaveLength(1 + 12 + 32 + 16);
    expect(row?.wrapped?.includes(Buffer.from(made.seal))).toBe(false);
  });

  test("a process with another master key is refused, and wraps nothing with it", async () => {
    const [known, unknown] = [randomUUID(), randomUUID()];
    await keys.getOrCreate(known);
    const stranger = freshProcess(randomBytes(32));
    await expect(stranger.get(known)).rejects.toThrow(WrongMasterKeyError);
    await expect(stranger.getOrCreate(unknown)).rejects.toThrow(WrongMasterKeyError);
    expect(await rowsOf(unknown)).toEqual([]);
  });

  test("a row that was altered, or belongs to another customer, does not open", async () => {
    const [id, other] = [randomUUID(), randomUUID()];
    await Promise.all([keys.getOrCreate(id), keys.getOrCreate(other)]);
    await pool.query(
      "UPDATE keys.customer_keys SET wrapped = (SELECT wrapped FROM keys.customer_keys WHERE customer_id = $2) WHERE customer_id = $1",
      [id, other],
    );
    await expect(freshProcess().get(id)).rejects.toThrow(UnwrapError);
    await expect(freshProcess().getOrCreate(id)).rejects.toThrow(UnwrapError);
  });

  test("something that is no customer id is refused before the database is asked, alone", async () => {
    const good = keys.getOrCreate(randomUUID());
    await expect(keys.getOrCreate("jane")).rejects.toThrow(CustomerIdError);
    await expect(good).resolves.toBeDefined();
  });
});

describe("a forgotten key", () => {
  test("is gone from memory and database, and is never made anew", async () => {
    const id = randomUUID();
    await keys.getOrCreate(id);
    await keys.forget(id);
    expect(await keys.get(id)).toBeUndefined();
    expect((await keys.many([id])).size).toBe(0);
    await expect(keys.getOrCreate(id)).rejects.toThrow(KeyForgottenError);
    await expect(freshProcess().getOrCreate(id)).rejects.toThrow(KeyForgottenError);
    expect(await rowsOf(id)).toEqual([{ kid: `${id}-1`, wrapped: null }]);
  });

  test("stays forgotten for a customer who never had one", async () => {
    const id = randomUUID();
    await keys.forget(id);
    await expect(freshProcess().getOrCreate(id)).rejects.toThrow(KeyForgottenError);
  });

  test("does not come back into memory by a request that was under way", async () => {
    const id = randomUUID();
    await freshProcess().getOrCreate(id);
    for (let n = 0; n < 20; n++) {
      const other = randomUUID();
      await Promise.allSettled([keys.getOrCreate(other), keys.get(other), keys.forget(other)]);
      expect(await keys.get(other)).toBeUndefined();
    }
  });

  test("does not keep others in the same statement from theirs", async () => {
    const [forgotten, good] = [randomUUID(), randomUUID()];
    await keys.forget(forgotten);
    const [refused, made] = await Promise.allSettled([keys.getOrCreate(forgotten), keys.getOrCreate(good)]);
    expect(refused.status).toBe("rejected");
    expect(made.status).toBe("fulfilled");
  });

  test("is dropped by other processes when they are told", async () => {
    const id = randomUUID();
    const elsewhere = freshProcess();
    await elsewhere.getOrCreate(id);
    await keys.forget(id);
    elsewhere.drop(id);
    expect(await elsewhere.get(id)).toBeUndefined();
  });
});

describe("with Postgres away", () => {
  test("cached customers are served, others get a 503 to try again, and all is well once it is back", async () => {
    const [cached, uncached] = [randomUUID(), randomUUID()];
    const made = await keys.getOrCreate(cached);
    const { url } = postgres;
    await postgres.stop();

    expect(await keys.getOrCreate(cached)).toBe(made);
    expect(await keys.get(cached)).toBe(made);
    expect((await keys.many([cached])).get(cached)).toBe(made);
    for (const refused of [keys.getOrCreate(uncached), keys.get(uncached), keys.many([cached, uncached])]) {
      await expect(refused).rejects.toThrow(KeysUnavailableError);
      await expect(refused).rejects.toMatchObject({ statusCode: 503, retryAfter: 5 });
    }

    postgres = await startPostgres(folder, log);
    expect(postgres.url).toBe(url);
    await expect(keys.getOrCreate(uncached)).resolves.toMatchObject({ kid: `${uncached}-1` });
  });
});
