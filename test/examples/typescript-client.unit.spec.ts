import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { openApiDocument } from "../../cli/commands/openapi.ts";

const FOLDER = new URL("../../clients/typescript/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, FOLDER), "utf8");
const AGAIN = 'run "npm run client:generate"';

/** What is used of the generator, which is installed beside the client only. */
interface Generator {
  default(document: unknown): Promise<unknown>;
  astToString(types: unknown): string;
  COMMENT_HEADER: string;
}

test("openapi.json is what the API says of itself", async () => {
  const document: unknown = JSON.parse(JSON.stringify(await openApiDocument()));
  expect(JSON.parse(read("openapi.json")), AGAIN).toEqual(document);
});

test("schema.ts is what the generator makes of openapi.json", async () => {
  const path = createRequire(new URL("package.json", FOLDER)).resolve("openapi-typescript");
  const { default: generate, astToString, COMMENT_HEADER }: Generator = await import(pathToFileURL(path).href);
  const types = await generate(JSON.parse(read("openapi.json")));
  expect(read("schema.ts") === `${COMMENT_HEADER}${astToString(types)}`, AGAIN).toBe(true);
});

test("every path of the API is in the description under /api, and no page of the shop is", () => {
  const paths = Object.keys((JSON.parse(read("openapi.json")) as { paths: object }).paths);
  expect(paths).toContain("/api/orders/{orderId}/timeline");
  expect(paths.filter((path) => !path.startsWith("/api/"))).toEqual([]);
});
