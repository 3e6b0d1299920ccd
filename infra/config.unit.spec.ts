import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "./config.ts";
import { configurationReference } from "./config-reference.ts";

describe("the configuration", () => {
  test("is complete without any variable", () => {
    expect(readConfig({})).toMatchObject({ PORT: 7300, REGION: "local", RETRY_DELAYS_MS: [60_000, 300_000, 900_000] });
  });

  test("names every faulty variable at once", () => {
    const faulty = () => readConfig({ PORT: "many", RETRY_DELAYS_MS: "soon", EVENTSTORE_URL: "http://elsewhere" });
    expect(faulty).toThrow(ConfigError);
    expect(faulty).toThrow(/PORT[\s\S]*EVENTSTORE_URL[\s\S]*RETRY_DELAYS_MS|RETRY_DELAYS_MS/);
  });

  test("takes an empty variable for one that is not set", () => {
    expect(readConfig({ NATS_URL: "", PORT: "" })).toMatchObject({ PORT: 7300 });
  });

  test("is documented: docs/configuration.md is what the schema says", () => {
    const page = readFileSync(new URL("../docs/configuration.md", import.meta.url), "utf8");
    expect(page).toBe(configurationReference());
  });
});
