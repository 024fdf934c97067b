import { type Socket, connect } from 'node:net';

/** A server that says nothing for so long will say nothing more. */
const SILENCE_MS = 60_000;

/**
 * A bare SMTP client for load: one connection, one transaction after another, no libraries in the way. It speaks real
 * SMTP and waits for every reply.
 */
export class BenchClient {
  readonly #socket: Socket;
  #buffer = '';
  #waiting: { tell: (reply: string) => void; fail: (error: Error) => void } | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#buffer += chunk.toString('latin1');
      this.#pump();
    });
    const gone = (error?: Error): void => this.#waiting?.fail(error ?? new Error('the server hung up'));
    socket.on('error', gone);
    socket.on('close', () => gone());
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error(`no reply in ${SILENCE_MS / 1000} s`)));
  }

  static async open(port: number): Promise<BenchClient> {
    const socket = connect(port, '127.0.0.1');
    const client = new BenchClient(socket);
    await client.#read('220');
    await client.command('EHLO bench.example', '250');
    return client;
  }

  async command(line: string, expected: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.#read(expected);
  }

  /** One message; with `pipelined` the envelope goes in one write (RFC 2920). Returns the final reply. */
  async send(from: string, to: string, body: string, pipelined: boolean): Promise<string> {
    if (pipelined) {
      this.#socket.write(`MAIL FROM:<${from}>\r\nRCPT TO:<${to}>\r\nDATA\r\n`);
      await this.#read('250');
      await this.#read('250');
      await this.#read('354');
    } else {
      await this.command(`MAIL FROM:<${from}>`, '250');
      await this.command(`RCPT TO:<${to}>`, '250');
      await this.command('DATA', '354');
    }
    this.#socket.write(`${body}\r\n.\r\n`);
    return this.#read('250');
  }

  close(): void {
    this.#socket.end('QUIT\r\n');
  }

  #read(expected: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const tell = (reply: string): void =>
        reply.startsWith(expected) ? resolve(reply) : reject(new Error(`expected ${expected}, got ${reply}`));
      this.#waiting = { tell, fail: reject };
      this.#pump();
    });
  }

  /** Hands over the next whole reply, continuation lines included. */
  #pump(): void {
    const match = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/.exec(this.#buffer);
    if (!match || !this.#waiting) return;
    this.#buffer = this.#buffer.slice(match[0].length);
    const { tell } = this.#waiting;
    this.#waiting = null;
    tell(match[0].trimEnd());
  }
}

/** A mail of about `size` bytes from the demo engine to a stranger. */
export function benchMail(i: string, size: number): string {
  const head = `From: <bench@demo.example>\r\nTo: <p${i}@bench.example>\r\nSubject: Capacity\r\nMessage-ID: <${i}@bench.example>\r\n\r\n`;
  const line = 'We can add two backend engineers to your team in the coming weeks.\r\n';
  return (head + line.repeat(Math.ceil((size - head.length) / line.length))).slice(0, size).trimEnd();
}
