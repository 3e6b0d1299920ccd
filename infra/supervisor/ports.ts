import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { writeFileAtomically } from "./files.ts";

/** Whether a TCP port can be listened on at this address right now. */
export function isPortFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A port that the system says is free. It can be taken before it is used: the user of it must cope. */
export function freePort(host = "127.0.0.1"): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen({ port: 0, host, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === "object") resolve(address.port);
        else reject(new Error("the system gave no port"));
      });
    });
  });
}

/** The port written in a file, if there is one. */
export async function rememberedPort(file: string): Promise<number | undefined> {
  const port = Number(await readFile(file, "utf8").catch(() => ""));
  return Number.isInteger(port) && port > 0 && port <= 65_535 ? port : undefined;
}

/**
 * The port remembered in a file while it is free, else a new one, remembered from now on. The same port across
 * restarts keeps the addresses valid that other processes were started with.
 */
export async function keptPort(file: string, host = "127.0.0.1"): Promise<number> {
  const remembered = await rememberedPort(file);
  if (remembered !== undefined && (await isPortFree(remembered, host))) return remembered;
  const port = await freePort(host);
  await writeFileAtomically(file, `${port}\n`);
  return port;
}
