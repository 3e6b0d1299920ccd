import type { Principal } from "../../infra/auth/principal.ts";
import type { ServerMessage, TopicMessage } from "../protocol.ts";
import type { TopicSource } from "../topic-source.ts";

/** The bytes of a message. */
export const encode = (message: ServerMessage): Buffer => Buffer.from(JSON.stringify(message));

/** A delta on its way to many sockets: encoded once, unless the source shows each principal something else. */
export class Outgoing {
  readonly message: TopicMessage;
  readonly #source: TopicSource;
  #bytes: Buffer | undefined;

  constructor(message: TopicMessage, source: TopicSource) {
    this.message = message;
    this.#source = source;
  }

  bytesFor(principal: Principal): Buffer {
    if (this.#source.view !== undefined) {
      return encode({ op: "delta", ...this.message, data: this.#source.view(this.message.data, principal) });
    }
    this.#bytes ??= encode({ op: "delta", ...this.message });
    return this.#bytes;
  }
}
