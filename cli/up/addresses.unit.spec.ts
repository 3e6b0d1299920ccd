import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "../../infra/config.ts";
import { chooseAddresses, reachableHost, withoutPassword } from "./addresses.ts";

test.each([
  ["postgresql://ordertrail:s3cret@127.0.0.1:5432/ordertrail", "postgresql://ordertrail@127.0.0.1:5432/ordertrail"],
  ["postgresql://u:p%40ss@db/x?sslmode=require", "postgresql://u@db/x?sslmode=require"],
  ["esdb+discover://admin:changeit@cluster:2113?tls=true", "esdb+discover://admin@cluster:2113?tls=true"],
  ["esdb://127.0.0.1:2113?tls=false", "esdb://127.0.0.1:2113?tls=false"],
  ["postgresql://db/x", "postgresql://db/x"],
])("%s is shown without its password", (url, shown) => expect(withoutPassword(url)).toBe(shown));

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["0.0.0.0", "127.0.0.1"],
  ["::", "[::1]"],
  ["::1", "[::1]"],
  ["shop.example", "shop.example"],
])("a server that listens on %s is reached at %s", (host, reached) => expect(reachableHost(host)).toBe(reached));

describe("choosing addresses", () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), "ordertrail-addresses-"));
    await mkdir(join(data, "run"));
  });
  afterEach(() => rm(data, { recursive: true, force: true }));

  const choose = (env: Record<string, string> = {}) => {
    const given = { PORT: "0", ORDERTRAIL_DATA: data, ...env };
    return chooseAddresses(readConfig(given), given);
  };

  test("simulators get ports of this folder's own, which stay", async () => {
    const first = await choose();
    expect(first.simulated).toEqual(["payment", "restaurant", "courier", "carrier", "email", "sms", "push"]);
    expect(await choose()).toEqual(first);
    expect(await readFile(join(data, "run", "payment.port"), "utf8")).toBe(
      `${new URL(first.env.PAYMENT_URL ?? "").port}\n`,
    );
  });

  test("the simulated carrier tells the API what has shipped, and the mail server has its log at a port of its own", async () => {
    const { env, port } = await choose();
    expect(env.CARRIER_WEBHOOK_TARGET).toBe(`http://127.0.0.1:${port}/webhooks/carrier`);
    expect(env.SMTP_URL).toMatch(/^smtp:\/\/127\.0\.0\.1:\d+$/);
    expect(env.SMTP_SIMULATOR_URL).toMatch(/^http:/);
    expect(await choose({ CARRIER_URL: "https://bob.example" })).not.toHaveProperty("env.CARRIER_WEBHOOK_TARGET");
  });

  test("a real outside system is not simulated", async () => {
    const { simulated, env } = await choose({ PAYMENT_URL: "https://payments.example" });
    expect(simulated).toEqual(["restaurant", "courier", "carrier", "email", "sms", "push"]);
    expect(env).not.toHaveProperty("PAYMENT_URL");
    expect(env.SIMULATORS).toBe("restaurant,courier,carrier,email,sms,push");
  });

  test("a simulator that is asked for listens at its configured address", async () => {
    const { simulated, env } = await choose({ PAYMENT_URL: "http://127.0.0.1:7399", SIMULATORS: "payment" });
    expect(simulated).toEqual(["payment"]);
    expect(env).not.toHaveProperty("PAYMENT_URL");
  });

  test("nothing is simulated when nothing is to be", async () => {
    const { simulated, env } = await choose({ SIMULATORS: "none" });
    expect(simulated).toEqual([]);
    expect(env.SIMULATORS).toBe("none");
  });

  test("a taken port and an address of another machine are said with the setting to change", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const address = holder.address();
    const port = typeof address === "object" ? address?.port : 0;
    await expect(choose({ PORT: String(port) })).rejects.toThrow(/taken.*PORT=/);
    await new Promise((resolve) => holder.close(resolve));
    await expect(choose({ PORT: String(port), HOST: "192.0.2.1" })).rejects.toThrow(/HOST=192\.0\.2\.1/);
  });
});
