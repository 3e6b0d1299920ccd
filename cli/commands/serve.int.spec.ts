import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../ordertrail.ts", import.meta.url));

/** A port on which somebody listened a moment ago, and nobody does now. */
function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0));
    });
  });
}

test("a role that cannot start, because its database is away, ends and can be started again", async () => {
  const data = await mkdtemp(join(tmpdir(), "ordertrail-serve-"));
  const port = await closedPort();
  const role = spawn(process.execPath, [PROGRAM, "serve", "--role", "workers"], {
    env: {
      ...process.env,
      ORDERTRAIL_DATA: data,
      DATABASE_URL: `postgresql://nobody:nothing@127.0.0.1:${port}/none`,
      EVENTSTORE_URL: `esdb://127.0.0.1:${port}?tls=false`,
      LOG_LEVEL: "silent",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  role.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  try {
    const code = await new Promise((resolve) => role.once("exit", resolve));
    expect(code).toBe(1);
    expect(said).toContain("ECONNREFUSED");
  } finally {
    role.kill("SIGKILL");
    await rm(data, { recursive: true, force: true });
  }
});
