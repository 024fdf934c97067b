/** Codes of the browser API's errors and their HTTP status. */
export const API_ERRORS = {
  invalid: 400,
  unauthenticated: 401,
  sign_in_again: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  too_many: 429,
  trouble: 503,
} as const;
export type ApiErrorCode = keyof typeof API_ERRORS;

/** Thrown by a handler; the router turns it into `{ error: { code, message, fields? } }`. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: ApiErrorCode;
  /** What is wrong with which field of the body or query, by its dotted path. */
  readonly fields: Record<string, string> | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ApiErrorCode,
    message: string,
    more: { fields?: Record<string, string>; retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.code = code;
    this.fields = more.fields;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}
