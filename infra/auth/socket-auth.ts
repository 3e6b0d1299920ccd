import type { IncomingMessage } from "node:http";
import { AuthError } from "./errors.ts";
import type { Principal } from "./principal.ts";
import type { TokenVerifier } from "./tokens.ts";

/** The WebSocket subprotocol; the server answers with this name and never echoes the token. */
export const SOCKET_PROTOCOL = "ordertrail.v1";

const TOKEN_PREFIX = "bearer.";

function tokenOf(request: Pick<IncomingMessage, "headers" | "url">): string | undefined {
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  const tokens = offered.filter((name) => name.startsWith(TOKEN_PREFIX));
  if (tokens.length > 1) throw new AuthError("token_invalid", "more than one token was offered");
  if (tokens[0] !== undefined) {
    if (!offered.includes(SOCKET_PROTOCOL)) {
      throw new AuthError("token_invalid", `the subprotocol ${SOCKET_PROTOCOL} was not offered`);
    }
    return tokens[0].slice(TOKEN_PREFIX.length);
  }
  const query = (request.url ?? "").split("?", 2)[1];
  return new URLSearchParams(query).get("access_token") ?? undefined;
}

/**
 * Who opens a WebSocket: by the token in `Sec-WebSocket-Protocol: ordertrail.v1, bearer.<token>`, which is all a
 * browser can set, else by `?access_token=`. Rejects with AuthError, `token_missing` where there is none.
 */
export async function authenticateSocket(
  request: Pick<IncomingMessage, "headers" | "url">,
  verifier: TokenVerifier,
): Promise<Principal> {
  return verifier.verify(tokenOf(request));
}

/** A request's address without its query, which may hold a token: the only form that is logged. */
export const loggableUrl = (url: string): string => url.split("?", 1)[0] ?? "";
