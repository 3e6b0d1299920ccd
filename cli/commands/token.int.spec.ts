import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTokenAuthority } from "../../infra/auth/tokens.ts";
import { readConfig } from "../../infra/config.ts";

const run = promisify(execFile);
const cli = new URL("../ordertrail.ts", import.meta.url).pathname;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-token-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const token = (args: readonly string[], env: Record<string, string> = {}) =>
  run(process.execPath, [cli, "token", ...args], { env: { ...process.env, ORDERTRAIL_DATA: folder, ...env } });

const verify = async (text: string) =>
  (await openTokenAuthority(readConfig({ ORDERTRAIL_DATA: folder }))).verifier.verify(text);

describe("ordertrail token", () => {
  test("prints nothing but a token that the system believes", async () => {
    const { stdout } = await token(["--role", "kitchen", "--id", "k-1", "--site", "a", "--site", "b"]);
    expect(stdout).toMatch(/^\S+\n$/);
    expect(await verify(stdout.trim())).toEqual({ role: "kitchen", id: "k-1", sites: ["a", "b"] });
  });

  test("prints principal and expiry as JSON when asked, with a new id where none is given", async () => {
    const { stdout } = await token(["--role", "customer", "--lifetime", "30m", "--json"]);
    const issued = JSON.parse(stdout);
    expect(await verify(issued.token)).toEqual(issued.principal);
    expect(issued.expiresAt).toMatch(/Z$/);
  });

  test.each([
    [["--role", "root"]],
    [["--role", "customer", "--id", "jane"]],
    [["--role", "guest", "--lifetime", "1y"]],
    [[]],
  ])("%j is refused with a word why and no token", async (args) => {
    const refused = await token(args).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: expect.any(Number), stdout: "" });
    expect(refused).toHaveProperty("stderr", expect.stringMatching(/\S/));
  });

  test("is not available where an OIDC issuer gives out the tokens", async () => {
    const refused = token(["--role", "guest"], { OIDC_ISSUER: "https://issuer.example" });
    await expect(refused).rejects.toHaveProperty("stderr", expect.stringContaining("OIDC_ISSUER"));
  });
});
