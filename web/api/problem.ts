/** An answer that says no: an RFC 9457 problem, with words for people in `detail`. */
export class ApiProblem extends Error {
  readonly status: number;
  /** Stable code of the problem; `unknown` where the answer had none. */
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;

  constructor(status: number, code: string, title: string, detail: string | undefined) {
    super(detail ?? title);
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
  }
}

/** No answer: whether the request was carried out is not known. */
export class NoAnswer extends Error {
  readonly reason: "offline" | "timeout" | "unreachable";

  constructor(reason: NoAnswer["reason"]) {
    super(reason);
    this.reason = reason;
  }
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Reads the problem out of a refused answer, whatever a proxy in between may have made of it. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => undefined);
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const title = text(fields.title) ?? (response.statusText || String(response.status));
  return new ApiProblem(response.status, text(fields.code) ?? "unknown", title, text(fields.detail));
}

/** True where repeating the very same request may help, and cannot do it twice. */
export const isPassing = (error: unknown): boolean =>
  error instanceof NoAnswer ||
  (error instanceof ApiProblem && (error.status === 429 || error.status >= 500 || error.code === "conflict"));
