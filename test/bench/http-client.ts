import { type Socket, connect } from 'node:net';

/**
 * A client that costs as little as it can, so that the gate is measured and not the client: one kept connection, one request
 * at a time, real HTTP/1.1.
 */
export class HttpClient {
  readonly #socket: Socket;
  #buffer = '';
  #tell: ((answer: { status: number; text: string }) => void) | null = null;
  #fail: ((error: Error) => void) | null = null;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk) => {
      this.#buffer += chunk.toString();
      this.#pump();
    });
    this.#socket.on('error', (error) => this.#fail?.(error));
    this.#socket.on('close', () => this.#fail?.(new Error('the gate closed the connection')));
  }

  post(
    path: string,
    body: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; text: string }> {
    const lines = Object.entries({
      Host: '127.0.0.1',
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
    return new Promise((resolve, reject) => {
      this.#tell = resolve;
      this.#fail = reject;
    });
  }

  close(): void {
    this.#fail = null;
    this.#socket.destroy();
  }

  #pump(): void {
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#buffer.slice(0, end);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    if (this.#buffer.length < end + 4 + length) return;
    const text = this.#buffer.slice(end + 4, end + 4 + length);
    this.#buffer = this.#buffer.slice(end + 4 + length);
    this.#tell?.({ status: Number(head.slice(9, 12)), text });
  }
}
