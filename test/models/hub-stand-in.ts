import { createHash } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const COMMIT = 'a'.repeat(39) + '1';

/** What the store does with one GET of a large file, in turn; when none is left, it answers properly. */
export type StoreFault =
  /** Closes the connection after so many bytes of its answer. */
  | { cutAfter: number }
  /** Sends other bytes of the right length. */
  | 'corrupt'
  /** As for a signed address that has lapsed. */
  | 'expired'
  /** Sends the whole file whatever range was asked. */
  | 'no_ranges'
  /** Sends headers and half of it, then nothing. */
  | 'stall'
  | 'compressed'
  | 'too_long'
  | 'wrong_range';

export interface Seen {
  method: string;
  host: 'hub' | 'store';
  path: string;
  range: string | null;
  authorization: string | null;
}

/**
 * Hugging Face as its client sees it: large files by a redirect to a store on another host, with the facts in
 * X-Linked-* headers; small ones by a relative redirect to a cache on the hub; errors by X-Error-Code. The store
 * refuses a request that carries the hub's token, as signed addresses do.
 */
export class HubStandIn {
  readonly files = new Map<string, Buffer>();
  /** `owner/name` of repositories that want this token. */
  readonly privateTo = new Map<string, string>();
  readonly seen: Seen[] = [];
  faults: StoreFault[] = [];
  /** Status codes for the hub's next answers. */
  troubles: { status: number; retryAfter?: string }[] = [];
  commit = COMMIT;
  #hub!: Server;
  #store!: Server;

  static async start(): Promise<HubStandIn> {
    const standIn = new HubStandIn();
    standIn.#hub = await listening((request, response) => standIn.#onHub(request, response));
    standIn.#store = await listening((request, response) => standIn.#onStore(request, response));
    return standIn;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`;
  }

  put(repo: string, file: string, content: Buffer | string): void {
    this.files.set(`${repo}/${file}`, Buffer.from(content));
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#store]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  #note(host: Seen['host'], request: IncomingMessage): void {
    const { method = '', url = '', headers } = request;
    const { range, authorization } = headers;
    this.seen.push({ method, host, path: url, range: range ?? null, authorization: authorization ?? null });
  }

  #onHub(request: IncomingMessage, response: ServerResponse): void {
    this.#note('hub', request);
    const trouble = this.troubles.shift();
    if (trouble) {
      response.writeHead(trouble.status, trouble.retryAfter ? { 'retry-after': trouble.retryAfter } : {});
      return void response.end();
    }
    const url = request.url ?? '';
    const fail = (status: number, code: string, message: string): void =>
      void response.writeHead(status, { 'x-error-code': code, 'x-error-message': message }).end();
    const cached = /^\/api\/resolve-cache\/models\/([^/]+\/[^/]+)\/[^/]+\/(.+)$/.exec(url);
    const [, repo = '', revision = '', file = ''] =
      /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url) ??
      (cached ? ['', cached[1], this.commit, cached[2]] : []);
    const token = this.privateTo.get(repo);
    if (token && request.headers.authorization !== `Bearer ${token}`) {
      return fail(401, 'RepoNotFound', 'Repository not found');
    }
    if (![...this.files.keys()].some((key) => key.startsWith(`${repo}/`))) {
      return fail(401, 'RepoNotFound', 'Repository not found');
    }
    if (revision !== 'main' && revision !== this.commit)
      return fail(404, 'RevisionNotFound', 'No such revision');
    const content = this.files.get(`${repo}/${file}`);
    if (!content) return fail(404, 'EntryNotFound', 'Entry not found');
    const large = /\.(gguf|safetensors)$/.test(file);
    const sum = large
      ? createHash('sha256').update(content).digest('hex')
      : createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
    const facts = { 'x-repo-commit': this.commit, 'accept-ranges': 'bytes' };
    const { port } = this.#store.address() as AddressInfo;
    if (large) {
      response.writeHead(302, {
        ...facts,
        'x-linked-size': content.length,
        'x-linked-etag': `"${sum}"`,
        location: `http://127.0.0.1:${port}/${repo}/${file}?X-Amz-Signature=abc`,
      });
      return void response.end();
    }
    if (!cached) {
      response.writeHead(307, {
        ...facts,
        location: `/api/resolve-cache/models/${repo}/${this.commit}/${file}`,
      });
      return void response.end();
    }
    response.writeHead(200, { ...facts, etag: `"${sum}"`, 'content-length': content.length });
    response.end(request.method === 'HEAD' ? undefined : content);
  }

  #onStore(request: IncomingMessage, response: ServerResponse): void {
    this.#note('store', request);
    if (request.headers.authorization) return void response.writeHead(400).end('only one way to log in');
    const path = (request.url ?? '').split('?')[0].slice(1);
    const whole = this.files.get(path)!;
    const fault = request.method === 'GET' ? this.faults.shift() : undefined;
    if (fault === 'expired') return void response.writeHead(403).end('<Error>Request has expired</Error>');
    const asked = fault === 'no_ranges' ? null : /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const start = Number(asked?.[1] ?? 0);
    if (start >= whole.length) return void response.writeHead(416).end();
    let content = whole.subarray(start);
    if (fault === 'corrupt') content = Buffer.from(content.map((byte) => byte ^ 0x55));
    if (fault === 'too_long') content = Buffer.concat([content, content]);
    const first = fault === 'wrong_range' ? start + 1 : start;
    response.writeHead(asked ? 206 : 200, {
      'content-length': content.length,
      ...(asked ? { 'content-range': `bytes ${first}-${whole.length - 1}/${whole.length}` } : {}),
      ...(fault === 'compressed' ? { 'content-encoding': 'br' } : {}),
    });
    if (fault === 'stall') return void response.write(content.subarray(0, content.length >> 1));
    if (typeof fault === 'object') {
      return void response.write(content.subarray(0, fault.cutAfter), () => response.destroy());
    }
    response.end(content);
  }
}

async function listening(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
