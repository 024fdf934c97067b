/** Calls of the gate's browser API (`src/http/endpoint.ts` says what it answers). */

/** An answer that is no success. `fields` says what is wrong with which input. */
export class ApiFailure extends Error {
  override name = 'ApiFailure';
  readonly status: number;
  readonly code: string;
  readonly fields: Record<string, string>;

  constructor(status: number, code: string, message: string, fields: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

let csrf: string | null = null;
let onSignedOut: (again: boolean) => void = () => {};

/** The token every change repeats; told by `GET /session`. */
export function setCsrf(token: string | null): void {
  csrf = token;
}

/** Called when the gate no longer knows the session, or (`again`) asks for a new sign-in before it does what was asked. */
export function setOnSignedOut(handler: (again: boolean) => void): void {
  onSignedOut = handler;
}

export type Query = Record<string, string | number | boolean | null | undefined>;

/** A path below `/api` with its query; empty values are left out. */
export function apiUrl(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return `/api${path}${text && `?${text}`}`;
}

async function request<T>(
  method: string,
  url: string,
  init: { headers?: Record<string, string>; body?: string | Blob; signal?: AbortSignal } = {},
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      credentials: 'same-origin',
      ...init,
      headers: { Accept: 'application/json', ...(csrf ? { 'X-CSRF-Token': csrf } : {}), ...init.headers },
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiFailure(
      0,
      'offline',
      'The gate cannot be reached. Your text is kept; try again in a moment.',
    );
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  const body: unknown =
    text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  if (response.ok) return body as T;
  const error = (body as { error?: { code: string; message: string; fields?: Record<string, string> } })
    .error;
  if (response.status === 401 && error?.code === 'unauthenticated') onSignedOut(false);
  if (error?.code === 'sign_in_again') onSignedOut(true);
  throw new ApiFailure(
    response.status,
    error?.code ?? 'trouble',
    error?.message ?? `The gate answered ${response.status}.`,
    error?.fields,
  );
}

async function answer(url: string): Promise<Response> {
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) throw new ApiFailure(response.status, 'trouble', `The gate answered ${response.status}.`);
  return response;
}

export const api = {
  get: <T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> =>
    request<T>('GET', apiUrl(path, query), signal ? { signal } : {}),
  send: <T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: unknown = {}): Promise<T> =>
    request<T>(method, apiUrl(path), {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  post: <T>(path: string, body: unknown = {}): Promise<T> => api.send<T>('POST', path, body),
  /** A file below `/api`, by its whole address (`apiUrl`). */
  blob: async (url: string): Promise<Blob> => (await answer(url)).blob(),
  /** … as text. */
  text: async (url: string): Promise<string> => (await answer(url)).text(),
  /** A file's text, as it is. */
  upload: <T>(path: string, text: string | Blob, query: Query = {}): Promise<T> =>
    request<T>('POST', apiUrl(path, query), { headers: { 'Content-Type': 'text/plain' }, body: text }),
};

/** What a person is told of a failure. */
export function failureText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
