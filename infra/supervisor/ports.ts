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

/**
 * Ports that no system hands out by itself (Linux: from 32,768 on; IANA: from 49,152): a connection to somewhere else
 * that begins in between takes none of them.
 */
const FIRST = 10_000;
const PORTS = 22_000;
/** Processes that choose at the same time begin so far apart: more than one of them chooses. */
const APART = 64;
const TRIES = 200;

let next = (process.pid * APART) % PORTS;

/**
 * A free port, another one each time. It can be taken before it is used, though hardly: the user of it must cope.
 */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = FIRST + next;
    next = (next + 1) % PORTS;
    if (await isPortFree(port, host)) return port;
  }
  return await givenPort(host);
}

/** A port that the system picks. */
function givenPort(host: string): Promise<number> {
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
