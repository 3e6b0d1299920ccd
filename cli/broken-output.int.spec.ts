import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

const url = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

test("a process whose output nobody reads any more can report a fatal fault and end", async () => {
  const script = `
    import { createLog } from ${url("../infra/log.ts")};
    import { surviveClosedOutput } from ${url("./broken-output.ts")};
    const log = createLog("test", "info");
    surviveClosedOutput(log);
    process.stdin.resume().once("end", () => {
      log.fatal("first");
      log.fatal("second");
      process.exit(3);
    });
    log.info("begun");
  `;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  try {
    await once(child.stdout, "data");
    child.stdout.destroy();
    child.stdin.end();
    expect(await exited).toEqual([3, null]);
  } finally {
    child.kill("SIGKILL");
  }
});

test("a command whose output is cut off ends without a word about it", async () => {
  const program = new URL("./ordertrail.ts", import.meta.url).pathname;
  const child = spawn("sh", ["-c", '"$0" "$1" openapi | head -n 1', process.execPath, program], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += String(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += String(chunk);
  });
  await once(child, "close");
  expect([out, err]).toEqual(["{\n", ""]);
});
