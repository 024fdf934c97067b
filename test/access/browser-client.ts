import type { TestGate } from '../support/gate.ts';

/** Answers as a test looks at them. */
export interface Reply<T = any> {
  status: number;
  body: T;
  headers: Headers;
}

/** A browser without a screen: keeps cookies, repeats the CSRF token, follows no redirects. */
export class BrowserClient {
  readonly cookies = new Map<string, string>();
  csrf: string | null = null;
  readonly #base: string;

  constructor(gate: Pick<TestGate, 'httpBase'>) {
    this.#base = gate.httpBase;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.#call('GET', path, undefined, headers);
  }

  post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('POST', path, body, headers);
  }

  send(
    method: string,
    path: string,
    body: unknown = {},
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    return this.#call(method, path, JSON.stringify(body), { 'Content-Type': 'application/json', ...headers });
  }

  async #call(
    method: string,
    path: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Reply> {
    const url = path.startsWith('http') ? path : `${this.#base}/api${path}`;
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        ...(cookie ? { Cookie: cookie } : {}),
        ...(this.csrf === null ? {} : { 'X-CSRF-Token': this.csrf }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [name, value] = set.split(';', 1)[0].split('=') as [string, string];
      if (value === '' || /expires=Thu, 01 Jan 1970/iu.test(set)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') ?? false;
    const answer: Reply = {
      status: response.status,
      body: json && text ? JSON.parse(text) : text,
      headers: response.headers,
    };
    const session = answer.body?.session ?? (answer.body?.csrf === undefined ? undefined : answer.body);
    if (session?.csrf) this.csrf = session.csrf;
    return answer;
  }
}
