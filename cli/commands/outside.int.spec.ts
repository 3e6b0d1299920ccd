import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLog } from "../../infra/log.ts";
import { type RunningSimulators, startSimulators } from "../../infra/simulators/start-simulators.ts";
import { runHere } from "../testing-command.ts";

let folder: string;
let world: RunningSimulators;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-outside-"));
  world = await startSimulators({ dataDir: folder, log: createLog("test", "silent") });
  env = {
    ORDERTRAIL_DATA: join(folder, "nothing"),
    PAYMENT_URL: world.paymentUrl,
    RESTAURANT_URL: world.restaurantUrl,
    COURIER_URL: world.courierUrl,
    CARRIER_URL: world.carrierUrl,
    SMTP_SIMULATOR_URL: world.emailControlUrl,
    SMS_URL: world.smsUrl,
    PUSH_URL: "http://127.0.0.1:9",
  };
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

test("a simulator is made faulty and well again, and what is so is shown", async () => {
  expect((await runHere(env, ["outside", "carrier", "--down", "15d"])).out).toMatch(/carrier .*downForMs=1296000000/);
  await runHere(env, ["outside", "email", "--set", "errorRate=0.5", "--set", "errorStatus=550"]);
  const { out, code } = await runHere(env, ["outside"]);
  expect(code).toBe(0);
  expect(out).toMatch(/email .*errorRate=0\.5 errorStatus=550/);
  expect(out).toMatch(/payment .* 0 requests {2}well/);
  expect(out).toMatch(/push .*no simulator answers/);
  await runHere(env, ["outside", "--well"]);
  expect((await runHere(env, ["outside", "carrier"])).out).toMatch(/well$/m);
});

test("what a simulator does not take, and what is none, is refused with the reason", async () => {
  await expect(runHere(env, ["outside", "sms", "--set", "late=5"])).rejects.toThrow(/it sends no webhooks/);
  await expect(runHere(env, ["outside", "push", "--down", "1m"])).rejects.toThrow(/no simulator of "push"/);
  await expect(runHere(env, ["outside", "--down", "1m"])).rejects.toThrow(/which system/);
});
