import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { endpoint, postJson } from "./post-json.ts";

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function post(answering: RequestListener, timeoutMs = 5_000) {
  server = createServer(answering);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on TCP: never a pipe's name
  return postJson({ url: new URL(`http://127.0.0.1:${port}/`), body: "{}", timeoutMs, gone: "restaurant_closed" });
}

test.each([
  [500, "transient", "service_unavailable"],
  [503, "transient", "service_unavailable"],
  [429, "transient", "service_unavailable"],
  [401, "transient", "service_unavailable"],
  [302, "transient", "service_unavailable"],
  [400, "permanent", "invalid_message"],
  [404, "permanent", "invalid_message"],
  [410, "permanent", "restaurant_closed"],
])("status %i is %s: %s", async (status, cls, type) => {
  const answer = await post((_request, response) => {
    response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end("{}");
  });
  expect(answer).toMatchObject({ ok: false, failure: { class: cls, type } });
});

test("an answer whose body never ends is given up after the time limit", async () => {
  const answer = await post((_request, response) => {
    response.writeHead(200).write('{"half":');
  }, 100);
  expect(answer).toMatchObject({
    ok: false,
    failure: { class: "transient", message: expect.stringContaining("Time") },
  });
});

test("an answer without bound is given up", async () => {
  const answer = await post((_request, response) => {
    response.writeHead(200).end("x".repeat(1024 * 1024));
  });
  expect(answer).toMatchObject({ ok: false, failure: { class: "transient" } });
});

test("an answer that is not JSON is asked for again", async () => {
  const answer = await post((_request, response) => response.end("thanks"));
  expect(answer).toMatchObject({ ok: false, failure: { class: "transient", type: "unknown" } });
});

test("an endpoint lies below its base, with or without a slash at the end", () => {
  expect(endpoint("http://host/app", "offers").href).toBe("http://host/app/offers");
  expect(endpoint("http://host/app/", "offers").href).toBe("http://host/app/offers");
});
