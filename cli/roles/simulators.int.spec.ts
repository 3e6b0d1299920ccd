import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "../../infra/config.ts";
import { createLog } from "../../infra/log.ts";
import { startSimulators } from "../../infra/simulators/start-simulators.ts";
import { start } from "./simulators.ts";

const log = createLog("test", "silent");

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-simulators-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Addresses on which simulators listened a moment ago, and nobody does now. */
async function freeAddresses() {
  const world = await startSimulators({ dataDir: join(folder, "before"), log });
  await world.close();
  return world;
}

const lives = async (url: string): Promise<boolean> =>
  fetch(`${url}/health/live`).then(
    ({ status }) => status === 204,
    () => false,
  );

describe("the role `simulators`", () => {
  test("listens on the ports of the configured addresses and leaves systems elsewhere alone", async () => {
    const { paymentUrl, courierUrl, smtpUrl, emailControlUrl } = await freeAddresses();
    const role = await start(
      readConfig({
        ORDERTRAIL_DATA: folder,
        PAYMENT_URL: paymentUrl,
        COURIER_URL: courierUrl,
        RESTAURANT_URL: "https://kitchens.example",
        SMTP_URL: smtpUrl,
        SMTP_SIMULATOR_URL: emailControlUrl,
        SIMULATORS: "payment,restaurant,courier,email",
      }),
      log,
    );
    const addresses = [paymentUrl, courierUrl, emailControlUrl];
    expect(await Promise.all(addresses.map(lives))).toEqual([true, true, true]);
    await role.stop();
    expect(await Promise.all(addresses.map(lives))).toEqual([false, false, false]);
  });

  test("starts none when one port is taken", async () => {
    const { paymentUrl } = await freeAddresses();
    const world = await startSimulators({ dataDir: folder, log });
    const config = readConfig({
      ORDERTRAIL_DATA: join(folder, "other"),
      PAYMENT_URL: paymentUrl,
      RESTAURANT_URL: world.restaurantUrl,
      COURIER_URL: world.courierUrl,
      SIMULATORS: "payment,restaurant,courier",
    });
    await expect(start(config, log)).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(await lives(paymentUrl)).toBe(false);
    await world.close();
  });
});
