import type { IncomingMessage, ServerResponse } from "node:http";
import type { Calls } from "../calls/calls.ts";
import { gossip, localAddress, SERVER_VERSION } from "./node-info.ts";

const SCAVENGE = "/admin/scavenge";

/** Answers the plain HTTP requests of probes, of operators, and of people with curl. */
export function answerHttp(request: IncomingMessage, response: ServerResponse, calls: Calls, instanceId: Buffer): void {
  request.resume();
  // A probe asks once; a connection kept open would only be in the way of a stop.
  response.setHeader("connection", "close");
  const path = new URL(request.url ?? "/", "http://node").pathname;
  const reading = request.method === "GET" || request.method === "HEAD";
  if (path === SCAVENGE || path.startsWith(`${SCAVENGE}/`)) {
    answerScavenge(request, response, path, calls);
  } else if (!reading) {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
  } else if (path === "/health/live") {
    response.writeHead(204).end();
  } else if (path === "/health/ready") {
    response.writeHead(calls.ready ? 204 : 503).end();
  } else if (path === "/info") {
    json(response, {
      esVersion: `${SERVER_VERSION}.0`,
      state: "leader",
      features: { projections: false, userManagement: false, atomPub: true },
      authentication: { type: "insecure" },
    });
  } else if (path === "/gossip") {
    json(response, gossip(instanceId, localAddress(request.socket)));
  } else {
    response.writeHead(404).end();
  }
}

/** The paths that the real server has for it: start, stop, and how the last one stands. */
function answerScavenge(request: IncomingMessage, response: ServerResponse, path: string, calls: Calls): void {
  const { scavenger } = calls;
  const route = `${request.method} ${path}`;
  if (request.headers.origin !== undefined) {
    // There is no login here, and no page in a browser has a reason to ask.
    response.writeHead(403).end();
  } else if (route === `POST ${SCAVENGE}`) {
    json(response, { scavengeId: scavenger.start().scavengeId });
  } else if (route === `GET ${SCAVENGE}/last`) {
    if (scavenger.last) json(response, scavenger.last);
    else response.writeHead(404).end();
  } else if (request.method === "DELETE" && path.startsWith(`${SCAVENGE}/`)) {
    response.writeHead(scavenger.stop(path.slice(SCAVENGE.length + 1)) ? 200 : 404).end();
  } else {
    response.writeHead(405, { allow: "GET, POST, DELETE" }).end();
  }
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}
