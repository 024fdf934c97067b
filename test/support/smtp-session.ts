import { type Socket, connect } from 'node:net';

/** A hand-driven SMTP client: one line out, one reply in, nothing polite about it. */
export class SmtpSession {
  readonly #socket: Socket;
  #buffer = '';
  readonly #replies: string[] = [];
  readonly #waiting: ((reply: string) => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      this.#buffer += chunk.toString();
      for (;;) {
        const match = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/.exec(this.#buffer);
        if (!match) return;
        this.#buffer = this.#buffer.slice(match[0].length);
        const waiting = this.#waiting.shift();
        if (waiting) waiting(match[0].trimEnd());
        else this.#replies.push(match[0].trimEnd());
      }
    });
  }

  /** Connects and reads the greeting. */
  static async open(port: number): Promise<SmtpSession> {
    const session = new SmtpSession(connect(port, '127.0.0.1'));
    await session.next();
    return session;
  }

  write(text: string | Buffer): void {
    this.#socket.write(text);
  }

  next(): Promise<string> {
    const ready = this.#replies.shift();
    return ready === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(ready);
  }

  say(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return this.next();
  }

  close(): void {
    this.#socket.destroy();
  }
}
