import { randomUUID } from "node:crypto";
import { tokenFor } from "../system.ts";

/** An answer of the API with its headers; `body` is parsed JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The tests look into answers field by field and say what they expect there.
  readonly body: Readonly<Record<string, unknown>>;
}

/** Calls the API as one principal. */
export class Caller {
  readonly #url: string;
  readonly #token: string | undefined;
  readonly id: string;

  private constructor(url: string, token: string | undefined, id: string) {
    this.#url = url;
    this.#token = token;
    this.id = id;
  }

  static async as(url: string, role: string, more: { id?: string; sites?: string[] } = {}): Promise<Caller> {
    const id = more.id ?? randomUUID();
    return new Caller(url, await tokenFor(url, role, { ...more, id }), id);
  }

  static nobody(url: string): Caller {
    return new Caller(url, undefined, "");
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call("GET", path, undefined, headers);
  }

  /** Posts with an Idempotency-Key of its own unless one is given. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call("POST", path, body, { "idempotency-key": randomUUID(), ...headers });
  }

  async call(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text.startsWith("{") ? JSON.parse(text) : {} };
  }
}

/** An order that the sample bakery can serve. */
export const cakeOrder = (more: Record<string, unknown> = {}) => ({
  siteId: "sweet-crumbs",
  lines: [{ sku: "birthday-cake", quantity: 1, note: "Happy birthday, Zoë" }],
  contact: { name: "Maya", email: "maya@example.org", address: "Torstr. 1, Berlin" },
  ...more,
});
