import { type Socket, connect } from 'node:net';
import { type ConnectionOptions, type TLSSocket, connect as connectTls } from 'node:tls';

export interface SessionOptions {
  /** Where the client is: any of 127.0.0.0/8. Default 127.0.0.1. */
  from?: string;
  /** TLS from the first byte. */
  tls?: ConnectionOptions;
  /** Written before the greeting is read. */
  first?: string | Buffer;
}

/** A hand-driven SMTP client: one line out, one reply in, nothing polite about it. */
export class SmtpSession {
  static readonly #opened = new Set<SmtpSession>();
  #socket: Socket;
  #buffer = '';
  readonly #replies: string[] = [];
  readonly #waiting: ((reply: string) => void)[] = [];
  /** Resolves when the connection is closed, with the replies nobody asked for. */
  readonly closed: Promise<string[]>;
  #close: () => void = () => {};

  private constructor(socket: Socket) {
    this.closed = new Promise((resolve) => {
      this.#close = () => {
        SmtpSession.#opened.delete(this);
        for (const waiting of this.#waiting.splice(0)) waiting('');
        resolve(this.#replies);
      };
    });
    this.#socket = socket;
    this.#listen(socket);
    SmtpSession.#opened.add(this);
  }

  /** Closes whatever is open still. */
  static closeAll(): void {
    for (const session of SmtpSession.#opened) session.close();
  }

  #listen(socket: Socket): void {
    socket.on('error', () => {});
    socket.on('close', () => {
      if (socket === this.#socket) this.#close();
    });
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
  static async open(port: number, options: SessionOptions = {}): Promise<SmtpSession> {
    const session = SmtpSession.connect(port, options);
    await session.next();
    return session;
  }

  /** Connects and reads nothing. */
  static connect(port: number, { from, tls, first }: SessionOptions = {}): SmtpSession {
    const raw = connect({ port, host: '127.0.0.1', ...(from ? { localAddress: from } : {}) });
    if (first !== undefined) raw.write(first);
    return new SmtpSession(tls ? connectTls({ rejectUnauthorized: false, ...tls, socket: raw }) : raw);
  }

  /**
   * Sends STARTTLS and takes the connection over into TLS.
   *
   * @param after written in the clear, in the same packet
   * @throws when the handshake fails
   */
  async startTls(after = '', options: ConnectionOptions = {}): Promise<TLSSocket> {
    const reply = await this.say(`STARTTLS${after === '' ? '' : `\r\n${after}`}`);
    if (!reply.startsWith('220')) throw new Error(reply);
    const raw = this.#socket;
    raw.removeAllListeners('data');
    this.#buffer = '';
    const secure = connectTls({ rejectUnauthorized: false, ...options, socket: raw });
    this.#socket = secure;
    this.#listen(secure);
    await new Promise<void>((resolve, reject) => {
      secure.once('secureConnect', resolve);
      secure.once('error', reject);
      secure.once('close', () => reject(new Error('closed in the handshake')));
    });
    return secure;
  }

  write(text: string | Buffer): void {
    this.#socket.write(text);
  }

  /** '' when the connection was closed without another reply. */
  next(): Promise<string> {
    const ready = this.#replies.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#socket.destroyed) return Promise.resolve('');
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  say(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return this.next();
  }

  /** AUTH PLAIN. */
  login(name: string, password: string): Promise<string> {
    return this.say(`AUTH PLAIN ${Buffer.from(`\0${name}\0${password}`).toString('base64')}`);
  }

  close(): void {
    this.#socket.destroy();
  }
}
