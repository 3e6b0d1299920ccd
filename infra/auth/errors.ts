/** Why a caller is not let in. Each code maps to one problem type of the API. */
export type AuthErrorCode = "token_missing" | "token_invalid" | "token_expired" | "forbidden" | "issuer_unavailable";

const STATUS = {
  token_missing: 401,
  token_invalid: 401,
  token_expired: 401,
  forbidden: 403,
  issuer_unavailable: 503,
} as const satisfies Record<AuthErrorCode, number>;

/** A caller that is not let in. `statusCode` is the HTTP status that belongs to the code. */
export class AuthError extends Error {
  readonly code: AuthErrorCode;
  readonly statusCode: 401 | 403 | 503;
  constructor(code: AuthErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.statusCode = STATUS[code];
  }
}
