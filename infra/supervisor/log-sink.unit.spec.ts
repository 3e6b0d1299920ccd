import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eachLine } from "./lines.ts";
import { createLogSink } from "./log-sink.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-logs-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("each child has a file of its own, as it wrote it", async () => {
  const sink = createLogSink({ folder });
  sink.line("api", '{"msg":"listening"}');
  sink.line("postgres", "LOG:  ready");
  await sink.close();
  expect(await readFile(join(folder, "api.log"), "utf8")).toBe('{"msg":"listening"}\n');
  expect(await readFile(join(folder, "postgres.log"), "utf8")).toBe("LOG:  ready\n");
});

test("away from a terminal every line is one JSON object that names its child", async () => {
  const output = new PassThrough();
  const sink = createLogSink({ folder, output });
  sink.line("api", '{"role":"api","msg":"listening"}');
  sink.line("postgres", "LOG:  ready");
  await sink.close();
  const lines = output
    .read()
    .toString()
    .trim()
    .split("\n")
    .map((line: string) => JSON.parse(line));
  expect(lines).toEqual([
    { role: "api", msg: "listening" },
    expect.objectContaining({ role: "postgres", msg: "LOG:  ready" }),
  ]);
});

test("at a terminal every line begins with its child", async () => {
  const output = new PassThrough();
  const sink = createLogSink({ folder, output, pretty: true });
  sink.line("api", '{"level":30,"time":0,"role":"api","msg":"listening"}');
  sink.line("postgres", "LOG:  ready");
  await sink.close();
  const lines = output.read().toString().trim().split("\n");
  expect(lines[0]).toMatch(/api .*listening/);
  expect(lines[1]).toMatch(/postgres .*LOG: {2}ready/);
});

test("files are bounded: the older lines are set aside, and of those one generation is kept", async () => {
  const sink = createLogSink({ folder, maxBytes: 100 });
  for (let n = 0; n < 42; n++) sink.line("api", `line ${n}`.padEnd(19));
  await sink.close();
  const current = await readFile(join(folder, "api.log"), "utf8");
  const older = await readFile(join(folder, "api.log.1"), "utf8");
  expect(current.length).toBeLessThanOrEqual(100);
  expect(older.length).toBeLessThanOrEqual(100);
  expect(older).toContain("line 39");
  expect(current).toContain("line 41");
});

test("a reader that went away does not disturb", async () => {
  const output = new PassThrough();
  const sink = createLogSink({ folder, output });
  output.destroy(new Error("EPIPE"));
  sink.line("api", "still here");
  await sink.close();
  expect(await readFile(join(folder, "api.log"), "utf8")).toBe("still here\n");
});

test("lines are put together from pieces; a line without an end is passed on, one without bound in pieces", async () => {
  const lines: string[] = [];
  const stream = Readable.from(
    ["one\ntw", "o\r\n\nthr", "ee", "\n", "x".repeat(600_000), "end"].map((s) => Buffer.from(s)),
  );
  eachLine(stream, (line) => lines.push(line));
  await new Promise((resolve) => stream.once("end", resolve));
  expect(lines.slice(0, 3)).toEqual(["one", "two", "three"]);
  expect(lines.slice(3).join("")).toBe(`${"x".repeat(600_000)}end`);
  expect(lines.length).toBeGreaterThan(4);
});
