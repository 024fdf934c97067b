import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface ScriptedAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Cut the connection instead: `early` before the body has come, `late` after all of it. */
  cut?: 'early' | 'late';
  /** Never answer. */
  stall?: boolean;
  /** Act this often, then behave. */
  times?: number;
}

/** A provider's sending API on loopback: keeps what it is sent, answers as that provider does, and misbehaves as told. */
export class ProviderStandIn {
  readonly seen: SeenRequest[] = [];
  /** Requests that were carried out; one under a known idempotency key is not carried out again. */
  readonly sent: SeenRequest[] = [];
  script: ScriptedAnswer | null = null;
  /** The answer to a mail that is taken. */
  answer: (n: number) => ScriptedAnswer = (n) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` }),
  });
  readonly #server: Server;
  #port = 0;
  readonly #byKey = new Map<string, { body: Buffer; answer: ScriptedAnswer }>();

  static async start(): Promise<ProviderStandIn> {
    const standIn = new ProviderStandIn();
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => standIn.close());
    return standIn;
  }

  constructor() {
    this.#server = createServer((req, res) => {
      const script = this.#take();
      if (script?.cut === 'early') return void req.socket.destroy();
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('error', () => {});
      req.on('end', () => {
        const request = {
          method: req.method!,
          url: req.url!,
          headers: req.headers,
          body: Buffer.concat(chunks),
        };
        this.seen.push(request);
        if (script && script.cut === undefined && !script.stall) return this.#reply(res, script);
        const answer = this.#carryOut(request);
        if (script?.cut === 'late') return void req.socket.destroy();
        if (!script?.stall) this.#reply(res, answer);
      });
    });
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Nobody listens at its address any more, until it comes back. */
  async goAway(): Promise<void> {
    this.#port = (this.#server.address() as AddressInfo).port;
    await this.close();
  }

  async comeBack(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
  }

  #carryOut(request: SeenRequest): ScriptedAnswer {
    const key = request.headers['idempotency-key'];
    const known = typeof key === 'string' ? this.#byKey.get(key) : undefined;
    if (known && !known.body.equals(request.body)) {
      const body = JSON.stringify({
        statusCode: 409,
        name: 'invalid_idempotent_request',
        message: 'other payload',
      });
      return { status: 409, body };
    }
    if (known) return known.answer;
    this.sent.push(request);
    const answer = this.answer(this.sent.length);
    if (typeof key === 'string') this.#byKey.set(key, { body: request.body, answer });
    return answer;
  }

  #reply(
    res: {
      writeHead(status: number, headers?: Record<string, string>): unknown;
      end(body?: string): unknown;
    },
    { status = 200, headers, body }: ScriptedAnswer,
  ): void {
    res.writeHead(status, headers);
    res.end(body);
  }

  #take(): ScriptedAnswer | null {
    const script = this.script;
    if (script?.times !== undefined && (script.times -= 1) <= 0) this.script = null;
    return script;
  }
}
