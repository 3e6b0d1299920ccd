import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How a city's system behaves: answers, answers with a status, takes requests and says nothing, cuts connections. */
export type Mood = "up" | "hanging" | "down" | number;

export interface Asked {
  readonly city: string;
  readonly orderId: string;
  /** `performance.now()` when the request had come in. */
  readonly at: number;
}

/** An outside system with a place in each city, as a real HTTP server that keeps a log of its own. */
export interface OutsideWorld {
  readonly url: string;
  /** What was asked for and answered, probes left out. */
  readonly log: readonly Asked[];
  /** Most requests that were open at once, by city. */
  readonly most: ReadonlyMap<string, number>;
  turn(city: string, mood: Mood): void;
  close(): Promise<void>;
}

/** `POST /<city>/<orderId>` does something, `GET /status?place=<city>` only answers. */
export async function startOutsideWorld(): Promise<OutsideWorld> {
  const moods = new Map<string, Mood>();
  const log: Asked[] = [];
  const open = new Map<string, number>();
  const most = new Map<string, number>();
  const hanging = new Map<string, (() => void)[]>();

  const answer = (city: string, request: IncomingMessage, response: ServerResponse, done: () => void) => {
    const mood = moods.get(city) ?? "up";
    if (mood === "down") return request.socket.destroy();
    if (mood === "hanging") {
      const late = () => {
        done();
        response.writeHead(200).end("{}");
      };
      hanging.set(city, [...(hanging.get(city) ?? []), late]);
      return;
    }
    done();
    response.writeHead(typeof mood === "number" ? mood : 200, { "content-type": "application/json" }).end("{}");
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://outside");
    if (request.method === "GET")
      return answer(url.searchParams.get("place") ?? "", request, response, () => undefined);
    const [, city = "", orderId = ""] = url.pathname.split("/");
    const at = performance.now();
    const now = (open.get(city) ?? 0) + 1;
    open.set(city, now);
    most.set(city, Math.max(most.get(city) ?? 0, now));
    response.once("close", () => open.set(city, (open.get(city) ?? 1) - 1));
    request.resume();
    answer(city, request, response, () => log.push({ city, orderId, at }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // listening on TCP: never a pipe's name

  return {
    url: `http://127.0.0.1:${port}`,
    log,
    most,
    turn(city, mood) {
      moods.set(city, mood);
      if (mood === "hanging") return;
      for (const late of hanging.get(city) ?? []) late();
      hanging.delete(city);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
