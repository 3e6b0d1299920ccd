import { expect, test } from "vitest";
import { preferred } from "./language.ts";

test.each([
  ["", "en"],
  ["de", "de"],
  ["de-AT,de;q=0.9,en;q=0.8", "de"],
  ["fr, en;q=0.5, de;q=0.7", "de"],
  ["en, de", "en"],
  ["de;q=0, en;q=0.1", "en"],
  ["fr", "en"],
  ["*;q=x,,;;de", "en"],
])("Accept-Language %j is answered in %s", (header, language) => {
  expect(preferred(header)).toBe(language);
});
