import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "../config.ts";
import { fingerprintKey, masterKey } from "./installation-keys.ts";
import { readOrCreateSecret } from "./secret-file.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-keys-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const config = (env: Record<string, string> = {}) => readConfig({ ORDERTRAIL_DATA: folder, ...env });

describe("installation keys", () => {
  test("processes that start together get one key, in a file that only the owner may read", async () => {
    const keys = await Promise.all(Array.from({ length: 16 }, () => masterKey(config())));
    expect(new Set(keys.map((key) => Buffer.from(key).toString("hex"))).size).toBe(1);
    expect(keys[0]).toHaveLength(32);
    expect(await readdir(join(folder, "keys"))).toEqual(["master.key"]);
    expect((await stat(join(folder, "keys", "master.key"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "keys"))).mode & 0o777).toBe(0o700);
  });

  test("the key of the environment is used and no file is made", async () => {
    const key = randomBytes(32);
    const given = config({
      ORDERTRAIL_MASTER_KEY: key.toString("base64url"),
      ORDERTRAIL_FINGERPRINT_KEY: key.toString("base64url"),
    });
    expect(Buffer.from(await masterKey(given))).toEqual(key);
    expect(Buffer.from(await fingerprintKey(given))).toEqual(key);
    expect(await readdir(folder)).toEqual([]);
  });

  test("a key of another length is refused, naming where it came from and not what it is", async () => {
    const short = randomBytes(16).toString("base64url");
    const refused = await masterKey(config({ ORDERTRAIL_MASTER_KEY: short })).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConfigError);
    expect(String(refused)).toContain("ORDERTRAIL_MASTER_KEY");
    expect(String(refused)).not.toContain(short);
  });

  test("master key and fingerprint key are different", async () => {
    expect(Buffer.from(await masterKey(config()))).not.toEqual(Buffer.from(await fingerprintKey(config())));
  });

  test("the content of a file can be carried to another machine by the environment", async () => {
    const key = await masterKey(config());
    const text = (await readFile(join(folder, "keys", "master.key"), "utf8")).trim();
    expect(await masterKey(config({ ORDERTRAIL_MASTER_KEY: text }))).toEqual(key);
  });

  test("a secret whose making fails leaves nothing that another process would read", async () => {
    const path = join(folder, "keys", "some.key");
    const failing = readOrCreateSecret(path, () => Promise.reject(new Error("no randomness")));
    await expect(failing).rejects.toThrow("no randomness");
    expect((await readOrCreateSecret(path, () => Buffer.from("made"))).toString()).toBe("made");
  });
});
