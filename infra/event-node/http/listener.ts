import { createServer as createHttp1Server } from "node:http";
import { createServer as createHttp2Server, type ServerHttp2Session } from "node:http2";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Calls } from "../calls/calls.ts";
import { CONNECTION_WINDOW, LIMITS, STREAM_WINDOW } from "../limits.ts";
import { GrpcCall } from "./grpc-call.ts";
import { localAddress } from "./node-info.ts";
import { answerHttp } from "./plain-http.ts";

export interface Listener {
  port: number;
  /** Takes no new connections, and tells the open ones that they end with their calls. */
  stop(): void;
  /** Resolves when every connection has ended; those that have not after `ms` are cut off. */
  ended(ms: number): Promise<void>;
}

/** How a connection that speaks HTTP/2 begins (RFC 9113, 3.4). */
const PREFACE = Buffer.from("PRI * HTTP/2.0");

/**
 * gRPC and plain HTTP on one port without TLS, as the real server has it: there is no ALPN to choose the protocol by,
 * so the first bytes of a connection decide which server gets it.
 */
export function listen(host: string, port: number, calls: Calls, instanceId: Buffer): Promise<Listener> {
  const http2 = createHttp2Server({
    settings: {
      initialWindowSize: STREAM_WINDOW,
      maxConcurrentStreams: LIMITS.concurrentStreams,
      maxHeaderListSize: LIMITS.headerListSize,
      maxFrameSize: 64 * 1024,
    },
    // In megabytes. The default of 10 refuses calls while a few subscribers have full buffers.
    maxSessionMemory: 256,
  });
  const http1 = createHttp1Server({ maxHeaderSize: LIMITS.headerListSize }, (request, response) =>
    answerHttp(request, response, calls, instanceId),
  );
  http1.maxHeadersCount = 100;
  http1.timeout = LIMITS.idleTimeout;
  const sessions = new Set<ServerHttp2Session>();
  http2.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => session.destroy());
    session.setLocalWindowSize(CONNECTION_WINDOW);
  });
  http2.on("stream", (stream, headers) => {
    const call = new GrpcCall(stream, headers);
    calls.serve(call, headers[":path"] ?? "", localAddress(stream.session?.socket ?? {}));
  });

  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, pauseOnConnect: false }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    sniff(socket, (speaksHttp2) => (speaksHttp2 ? http2 : http1).emit("connection", socket));
  });
  server.maxConnections = LIMITS.connections;

  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve({
        // A server that listens on TCP has an AddressInfo.
        port: (server.address() as AddressInfo).port,
        stop() {
          server.close();
          for (const session of sessions) session.close();
        },
        async ended(ms) {
          const cut = setTimeout(() => {
            for (const socket of sockets) socket.destroy();
          }, ms);
          await Promise.all([...sockets].map((socket) => new Promise((done) => socket.once("close", done))));
          clearTimeout(cut);
        },
      });
    });
  });
}

/** Looks at the first bytes, puts them back, and says whether they are the HTTP/2 preface. */
function sniff(socket: Socket, decide: (speaksHttp2: boolean) => void): void {
  const giveUp = () => socket.destroy();
  socket.on("error", giveUp);
  socket.setTimeout(LIMITS.idleTimeout, giveUp);
  let held: Buffer = Buffer.alloc(0);
  const look = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    const seen = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
    const length = Math.min(seen.length, PREFACE.length);
    const couldBe = PREFACE.subarray(0, length).equals(seen.subarray(0, length));
    // One byte may still become a POST.
    if (couldBe && length === 1) {
      held = seen;
      return;
    }
    socket.unshift(seen);
    socket.off("readable", look);
    socket.setTimeout(0);
    socket.off("timeout", giveUp);
    socket.off("error", giveUp);
    decide(couldBe);
  };
  socket.on("readable", look);
}
