import { setTimeout as sleep } from "node:timers/promises";

/** What the API answered; `body` is parsed JSON, or undefined. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Record<string, unknown> | undefined;
}

/** One request as it went over the wire, repeats included, for who writes down what clients see. */
export interface Exchange {
  /** `role:id`. */
  readonly client: string;
  readonly method: string;
  readonly path: string;
  readonly key?: string | undefined;
  readonly body?: unknown;
  /** Position that a query asked for. */
  readonly after?: string | undefined;
  /** When it was sent and when the answer was there, in milliseconds of `performance.now()`. */
  readonly from: number;
  readonly to: number;
  /** Undefined when nobody answered. */
  readonly answer?: (ApiAnswer & { readonly headers: Headers }) | undefined;
}

/** Told of every exchange about orders and the rest, when it is over. */
export type Heard = (exchange: Exchange) => void;

const TIMEOUT_MS = 15_000;
const PAUSE_MS = 250;

/** What is asked, but for the token. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string | undefined;
  readonly after?: string | undefined;
}

/** A caller of the API with a token of its own, that does not give up while the system restarts. */
export class ApiClient {
  readonly #base: string;
  readonly #role: Readonly<Record<string, unknown>>;
  readonly #signal: AbortSignal;
  readonly #heard: Heard | undefined;
  #token: string | undefined;

  /** @param role what `POST /dev/token` is asked for: `{ role, id?, sites? }` */
  constructor(base: string, role: Readonly<Record<string, unknown>>, signal: AbortSignal, heard?: Heard) {
    this.#base = base;
    this.#role = role;
    this.#signal = signal;
    this.#heard = heard;
  }

  /** @param after position that the answer has to show, as a command has answered it */
  get(path: string, after?: string): Promise<ApiAnswer> {
    return this.#untilAnswered({ method: "GET", path, after });
  }

  /** Repeats with the same key until somebody answers with something else than "later". */
  post(path: string, body: unknown, key: string): Promise<ApiAnswer> {
    return this.#untilAnswered({ method: "POST", path, body, key });
  }

  async #untilAnswered(asked: Asked): Promise<ApiAnswer> {
    for (;;) {
      this.#signal.throwIfAborted();
      try {
        this.#token ??= await this.#fetchToken();
        const answer = await this.#once(asked);
        if (answer.status === 401) this.#token = undefined;
        else if (answer.status < 500 && answer.status !== 429) return answer;
      } catch (error) {
        if (this.#signal.aborted) throw error;
      }
      await sleep(PAUSE_MS, undefined, { signal: this.#signal });
    }
  }

  async #once(asked: Asked): Promise<ApiAnswer> {
    const from = performance.now();
    let answer: Exchange["answer"];
    try {
      answer = await this.#send(asked);
      return answer;
    } finally {
      const { role, id } = this.#role;
      this.#heard?.({ ...asked, client: `${role}:${id}`, from, to: performance.now(), answer });
    }
  }

  async #send({ method, path, body, key, after }: Asked): Promise<ApiAnswer & { readonly headers: Headers }> {
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
        ...(after === undefined ? {} : { "x-position": after }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, body: text.startsWith("{") ? JSON.parse(text) : undefined };
  }

  async #fetchToken(): Promise<string> {
    const response = await fetch(`${this.#base}/dev/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(this.#role),
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (response.status === 404) {
      throw new Error("this system has no development tokens (OIDC_ISSUER is set): simulate works in development only");
    }
    const { token } = (await response.json()) as { token: string };
    return token;
  }
}
