import { appendFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Journal, type Line } from "./journal.ts";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-journal-"));
  file = join(folder, "some", "journal.jsonl");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const line = (path: string) =>
  ({ at: "2026-01-01T00:00:00.000Z", method: "POST", path, status: 200, fate: "answered", changes: [] }) as const;

async function reopened(): Promise<{ journal: Journal<unknown>; lines: Line<unknown>[] }> {
  const lines: Line<unknown>[] = [];
  return { journal: await Journal.open(file, (read) => lines.push(read)), lines };
}

describe("the journal of a simulator", () => {
  test("gives back every line in order when it is opened again, numbered without gaps", async () => {
    const { journal } = await reopened();
    for (let n = 0; n < 1000; n++) journal.append(line(`/é/${n}`));
    journal.close();
    const again = await reopened();
    expect(again.lines.map(({ n, path }) => [n, path])).toEqual(
      Array.from({ length: 1000 }, (_, n) => [n + 1, `/é/${n}`]),
    );
    expect(again.journal.append(line("/next")).n).toBe(1001);
    again.journal.close();
  });

  test("is in the file when append returns", async () => {
    const { journal } = await reopened();
    journal.append(line("/once"));
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ n: 1, path: "/once" });
    journal.close();
  });

  test("removes a line that was cut off by a kill, and goes on behind the last whole one", async () => {
    const { journal } = await reopened();
    journal.append(line("/whole"));
    journal.close();
    const { size } = await stat(file);
    await appendFile(file, '{"n":2,"path":"/ha');
    const again = await reopened();
    expect(again.lines.map(({ path }) => path)).toEqual(["/whole"]);
    expect((await stat(file)).size).toBe(size);
    again.journal.append(line("/after"));
    again.journal.close();
    expect((await reopened()).lines.map(({ path }) => path)).toEqual(["/whole", "/after"]);
  });

  test("is read in pages from any place, also across what was written since it was opened", async () => {
    const first = await reopened();
    for (let n = 1; n <= 700; n++) first.journal.append(line(`/${n}`));
    first.journal.close();
    const { journal } = await reopened();
    for (let n = 701; n <= 1500; n++) journal.append(line(`/${n}`));
    for (const since of [0, 1, 255, 256, 257, 511, 512, 699, 700, 1023, 1499, 1500, 9999]) {
      const expected = Array.from({ length: 300 }, (_, at) => since + at + 1).filter((n) => n <= 1500);
      expect(journal.read(since, 300).map(({ n }) => n)).toEqual(expected);
    }
    journal.close();
  });
});
