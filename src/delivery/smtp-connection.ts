import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPConnectionOptions, SMTPEnvelope } from 'nodemailer/lib/smtp-connection';
import type { HandOver } from './hand-over.ts';
import type { SmtpError } from './smtp-answer.ts';
import type { Upstream } from './upstream.ts';

/**
 * The internals of nodemailer 10 that are used here; test/delivery/smtp-connection.test.ts fails when an update
 * changes them. There is no public way to ask for SMTPUTF8 with ASCII addresses (RFC 6531 3.4 wants it for UTF-8
 * headers too), to read the extensions before sending, or to know when written bytes have left.
 */
interface Internals {
  _sendCommand(line: string, logged?: string): void;
  _supportedExtensions: string[];
  _maxAllowedSize: number;
  _currentDataStream: Duplex | false;
}

/** What goes with one message besides its bytes. */
export interface Submission {
  from: string;
  to: string;
  size: number;
  dsn: NonNullable<SMTPEnvelope['dsn']>;
  declare8bit: boolean;
  declareUtf8: boolean;
}

/** How long a server gets to answer QUIT. */
const QUIT_MS = 1000;

/** One SMTP session with an upstream, with promises where nodemailer's has callbacks that may never be called. */
export class UpstreamConnection {
  /** Messages offered so far, refused ones included. */
  messages = 0;
  readonly #smtp: SMTPConnection & Internals;
  readonly #upstream: Upstream;
  #declareUtf8 = false;
  /** Ends whatever is under way. */
  #fail: (error: SmtpError) => void = () => {};
  #ended = false;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    const smtp = new SMTPConnection(connectionOptions(upstream)) as SMTPConnection & Internals;
    this.#smtp = smtp;
    const sendCommand = smtp._sendCommand.bind(smtp);
    smtp._sendCommand = (line, logged) => {
      const add =
        this.#declareUtf8 &&
        this.offers('SMTPUTF8') &&
        line.startsWith('MAIL FROM:<') &&
        !/>.* SMTPUTF8\b/.test(line);
      sendCommand(add ? `${line} SMTPUTF8` : line, logged);
    };
    // Kept for the whole life: an 'error' without a listener would end the process.
    smtp.on('error', (error: SmtpError) => this.#fail(error));
    smtp.once('end', () => {
      this.#ended = true;
      // After a 421 nodemailer ends first and tells the reply right afterwards.
      const fail = this.#fail;
      queueMicrotask(() => fail(connectionError('connection closed by the upstream')));
    });
  }

  get alive(): boolean {
    return !this.#ended;
  }

  /** Calls `listener` once when the session is over, whoever ended it. */
  onEnd(listener: () => void): void {
    this.#smtp.once('end', listener);
  }

  /** Connects, secures and logs in. @throws SmtpError; the connection is closed then */
  async open(): Promise<void> {
    try {
      await this.#step((done) => this.#smtp.connect(done));
      const { auth } = this.#upstream;
      if (!auth) return;
      // nodemailer's own pool would send without the login it was told to use.
      if (!this.#smtp.allowsAuth) throw connectionError('the upstream offers no AUTH', 'EAUTH');
      await this.#step((done) =>
        this.#smtp.login({ user: auth.user, credentials: { user: auth.user, pass: auth.password } }, done),
      );
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  /** When the upstream's certificate ends, milliseconds since the epoch; null without TLS. */
  get certificateUntil(): number | null {
    const socket = this.#smtp._socket;
    if (!(socket instanceof TLSSocket)) return null;
    const { valid_to: until } = socket.getPeerCertificate();
    return until ? Date.parse(until) : null;
  }

  offers(extension: '8BITMIME' | 'SMTPUTF8' | 'DSN'): boolean {
    return this.#smtp._supportedExtensions.includes(extension);
  }

  /** Largest message in bytes (RFC 1870), null when not told. */
  get maxSize(): number | null {
    return this.#smtp._maxAllowedSize || null;
  }

  /** Sends one message. @returns the 2xx reply @throws SmtpError */
  async send(submission: Submission, body: HandOver): Promise<string> {
    this.messages += 1;
    this.#declareUtf8 = submission.declareUtf8;
    const envelope: SMTPEnvelope = {
      from: submission.from,
      to: [submission.to],
      size: submission.size,
      use8BitMime: submission.declare8bit,
      dsn: submission.dsn,
    };
    return this.#step<string>((done) =>
      this.#smtp.send(envelope, body, (error, info) => {
        // A reply that comes before the whole message was written leaves nodemailer piping the rest of it. Cut
        // at once: the end of a message that is reported as refused must never arrive.
        if (!body.readableEnded) {
          body.destroy();
          if (body.begun) this.destroy(error ?? undefined);
        }
        done(error, info?.response);
      }),
    );
  }

  /**
   * Resolves when everything written so far has been given to the operating system; never, when the connection
   * breaks before.
   */
  async flushed(): Promise<void> {
    const data = this.#smtp._currentDataStream;
    if (data) {
      const pending = (): boolean => data.readableLength + data.writableLength > 0;
      while (pending()) await new Promise((resolve) => data.once('data', resolve));
    }
    const socket = this.#smtp._socket;
    if (socket) await new Promise<void>((resolve) => socket.write('', () => resolve()));
  }

  /** How long the upstream may be silent, instead of the configured `idle_seconds`; back to that with null. */
  allowSilence(seconds: number | null): void {
    const socket = this.#smtp._socket;
    if (socket) socket.setTimeout((seconds ?? this.#upstream.idle_seconds) * 1000);
  }

  /** Ready for another message after a refused envelope. @throws SmtpError */
  async reset(): Promise<void> {
    await this.#step((done) => this.#smtp.reset(done));
  }

  /** Cuts the connection; whatever is under way fails with `error`. */
  destroy(error: SmtpError = connectionError('connection closed by the gate')): void {
    this.#fail(error);
    this.#smtp.close();
  }

  /** Says QUIT and closes. */
  async quit(): Promise<void> {
    if (this.#ended) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#smtp.close(), QUIT_MS);
      this.onEnd(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#smtp.quit();
    });
  }

  #step<T>(start: (done: (error?: SmtpError | null, value?: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const done = (error?: SmtpError | null, value?: T): void => {
        this.#fail = () => {};
        if (error) reject(error);
        else resolve(value as T);
      };
      this.#fail = done;
      if (this.#ended) done(connectionError('connection closed by the upstream'));
      else start(done);
    });
  }
}

function connectionOptions(upstream: Upstream): SMTPConnectionOptions {
  return {
    host: upstream.host,
    port: upstream.port,
    // Always said: nodemailer takes port 465 for implicit TLS otherwise.
    secure: upstream.tls === 'implicit',
    ignoreTLS: upstream.tls === 'none',
    requireTLS: upstream.tls === 'required',
    name: upstream.helo_name,
    connectionTimeout: upstream.connect_seconds * 1000,
    greetingTimeout: upstream.greeting_seconds * 1000,
    socketTimeout: upstream.idle_seconds * 1000,
    // Destroy rather than end: bytes still buffered of an aborted message must not leave.
    socketCloseTimeout: 0,
    tls: {
      rejectUnauthorized: upstream.verify_certificate,
      minVersion: 'TLSv1.2',
      ...(upstream.ca === null ? {} : { ca: upstream.ca }),
    },
  };
}

function connectionError(message: string, code = 'ECONNECTION'): SmtpError {
  return Object.assign(new Error(message), { code });
}
