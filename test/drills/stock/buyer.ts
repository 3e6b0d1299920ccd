import type { Exchange, Heard } from "../../../cli/simulate/api-client.ts";
import { tokenFor } from "../../system.ts";

/** What placing was answered with; `revision` and `position` are those of the command's own events. */
export interface PlacingAnswer {
  readonly id: string;
  readonly revision: string;
  readonly position: string;
  readonly status: string;
}

interface BuyerOptions {
  readonly url: string;
  /** Another process of the API. */
  readonly other: string;
  /** `role:id`, whose token it is. */
  readonly client?: string;
  readonly token: string;
  readonly key: string;
  readonly heard?: Heard | undefined;
}

const TIMEOUT_MS = 30_000;
const TRIES = 40;
const PAUSE_MS = 250;

/** Somebody with one token and one Idempotency-Key, who asks as often as it takes. */
export class Buyer {
  readonly #options: BuyerOptions;

  constructor(options: BuyerOptions) {
    this.#options = options;
  }

  /** The same buyer at the other process. */
  elsewhere(): Buyer {
    const { url, other } = this.#options;
    return new Buyer({ ...this.#options, url: other, other: url });
  }

  /** Another caller with the same key. */
  async asAnother(role: string, id: string): Promise<Buyer> {
    const token = await tokenFor(this.#options.url, role, { id });
    return new Buyer({ ...this.#options, client: `${role}:${id}`, token });
  }

  /** Places an order; what fails for the moment is asked again with the same key. */
  async place(order: unknown): Promise<PlacingAnswer> {
    for (let tries = 1; ; tries++) {
      const answer = await this.ask(order).catch((error: Error) => ({ status: 0, body: { code: error.message } }));
      if (answer.status === 200 || answer.status === 201) return answer.body as unknown as PlacingAnswer; // as the API documents
      const later = answer.status === 0 || answer.status === 409 || answer.status === 429 || answer.status >= 500;
      if (!later || tries >= TRIES) throw new Error(`placing: ${answer.status} ${JSON.stringify(answer.body)}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** One request. Rejects when nobody answers. */
  async ask(order: unknown): Promise<{ readonly status: number; readonly body: unknown }> {
    const { url, token, key, client = "", heard } = this.#options;
    const [method, path, from] = ["POST", "/api/orders", performance.now()];
    let answer: Exchange["answer"];
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify(order),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const body = (await response.json()) as Record<string, unknown>; // the API answers with objects, problems too
      answer = { status: response.status, headers: response.headers, body };
      return answer;
    } finally {
      heard?.({ client, method, path, key, body: order, from, to: performance.now(), answer });
    }
  }
}

export const answerLine = ({ id, revision, position, status }: PlacingAnswer): string =>
  `${id} revision ${revision} position ${position} (${status})`;
