import pg from "pg";

/**
 * pg reports lost connections, connect timeouts and unanswered statements as plain `Error`s that only their words tell
 * apart from what a handler throws. This client marks them where they arise, so that nobody has to read the words.
 */
const connectionErrors = new WeakSet<object>();

/** Whether the error came from the connection itself, and not from the server's answer or the caller's code. */
export const isConnectionError = (error: unknown): boolean =>
  typeof error === "object" && error !== null && connectionErrors.has(error);

/**
 * Marks an error that arose at the connection. What the server answered has an SQLSTATE, and a TypeError is a call
 * that pg refuses: neither says anything of the connection.
 */
export function tagConnectionError<E>(error: E): E {
  if (error instanceof Error && !(error instanceof pg.DatabaseError) && !(error instanceof TypeError)) {
    connectionErrors.add(error);
  }
  return error;
}

type Callback = (error: Error | null | undefined, ...results: unknown[]) => void;

const tagging =
  (callback: Callback): Callback =>
  (error, ...results) =>
    callback(error && tagConnectionError(error), ...results);

/** pg's client with marked connection errors. */
export class ConnectionTaggingClient extends pg.Client {
  #gathering = false;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    // pg declares `query` with a dozen overloads that a subclass cannot restate: the wrapper passes every call on as
    // it came, so that the declared types hold.
    const query = super.query.bind(this) as (...args: unknown[]) => unknown;
    this.query = ((...args: unknown[]) => {
      this.#gather();
      const answer = query(...args.map((arg) => (typeof arg === "function" ? tagging(arg as Callback) : arg)));
      return answer instanceof Promise
        ? answer.catch((error: unknown) => Promise.reject(tagConnectionError(error)))
        : answer;
    }) as pg.Client["query"];
  }

  /** What is sent in one turn of the event loop leaves in one packet: each packet costs a call of the system. */
  #gather(): void {
    const { stream } = this.connection;
    if (this.#gathering || !stream.writable) return;
    this.#gathering = true;
    stream.cork();
    process.nextTick(() => {
      this.#gathering = false;
      stream.uncork();
    });
  }
}
