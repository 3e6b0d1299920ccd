import { setTimeout as sleep } from "node:timers/promises";

/** What the API answered; `body` is parsed JSON, or undefined. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Record<string, unknown> | undefined;
}

const TIMEOUT_MS = 15_000;
const PAUSE_MS = 250;

/** A caller of the API with a token of its own, that does not give up while the system restarts. */
export class ApiClient {
  readonly #base: string;
  readonly #role: Readonly<Record<string, unknown>>;
  readonly #signal: AbortSignal;
  #token: string | undefined;

  /** @param role what `POST /dev/token` is asked for: `{ role, id?, sites? }` */
  constructor(base: string, role: Readonly<Record<string, unknown>>, signal: AbortSignal) {
    this.#base = base;
    this.#role = role;
    this.#signal = signal;
  }

  get(path: string): Promise<ApiAnswer> {
    return this.#untilAnswered("GET", path, undefined, undefined);
  }

  /** Repeats with the same key until somebody answers with something else than "later". */
  post(path: string, body: unknown, key: string): Promise<ApiAnswer> {
    return this.#untilAnswered("POST", path, body, key);
  }

  async #untilAnswered(method: string, path: string, body: unknown, key: string | undefined): Promise<ApiAnswer> {
    for (;;) {
      this.#signal.throwIfAborted();
      try {
        this.#token ??= await this.#fetchToken();
        const answer = await this.#once(method, path, body, key);
        if (answer.status === 401) this.#token = undefined;
        else if (answer.status < 500 && answer.status !== 429) return answer;
      } catch (error) {
        if (this.#signal.aborted) throw error;
      }
      await sleep(PAUSE_MS, undefined, { signal: this.#signal });
    }
  }

  async #once(method: string, path: string, body: unknown, key: string | undefined): Promise<ApiAnswer> {
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const text = await response.text();
    return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : undefined };
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
