import type net from 'node:net';
import type tls from 'node:tls';
import type { SMTPServer, SMTPServerSession } from 'smtp-server';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection';
import type { OnTheirWay } from './on-their-way.ts';
import type { Ticket } from './smtp-admission.ts';
import { isForeign } from './smtp-foreign.ts';
import type { ConnectionLimits, SmtpLimit } from './smtp-limits.ts';

export interface ConnectionContext {
  limits: ConnectionLimits;
  ticket: Ticket;
  /** It came through a proxy that says who the client is. */
  proxied: boolean;
  onLimit: (limit: SmtpLimit) => void;
  onTheirWay: OnTheirWay;
  /** Called for every command. */
  onActivity: () => void;
}

const ENHANCED_CODE = /^[245]\.\d{1,3}\.\d{1,3} /;

/** smtp-server reads a line with one as it is; none belongs into a command (RFC 5321 4.1.1). */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/** The message was accepted; the refusal only tells what became of it. */
const SUPPRESSED = '5.7.1 Suppressed:';

/**
 * smtp-server's connection, bounded and with replies of the gate's own:
 *
 * - The greeting waits `greetingDelayMs` instead of a fixed 100 ms, which would limit clients that connect once per message
 *   to 10 mails a second and connection. The price of 0 is that early talkers are not noticed; they are spam
 *   bots on public port 25, not engines that authenticate.
 * - Replies may bring their own enhanced status code (RFC 2034), as `550 5.7.1 …`.
 * - smtp-server's time-out begins anew with every byte. Here a command, the login and the session have a time in which they
 *   are over, however the bytes drip.
 * - Commands in a minute, errors and AUTH commands are limited, and another protocol ends it.
 */
export class GateConnection extends SMTPConnection {
  readonly #context: ConnectionContext;
  #greeted = false;
  #windowStart = 0;
  #commands = 0;
  #errors = 0;
  #handedOver: () => void = () => {};
  #authAttempts = 0;
  /** The session's time is over; it ends with the transaction. */
  #expiring = false;
  #login: NodeJS.Timeout | undefined;
  #command: NodeJS.Timeout | undefined;
  #session: NodeJS.Timeout | undefined;

  constructor(
    server: SMTPServer,
    socket: net.Socket | tls.TLSSocket,
    options: SMTPConnectionOptions | null | undefined,
    context: ConnectionContext,
  ) {
    super(server, socket, options ?? undefined);
    this.#context = context;
    context.ticket.drop = () => this.#makeRoom();
  }

  /** On this machine, and not only the proxy before it. */
  get isLocal(): boolean {
    const { remoteAddress } = this;
    return !this.#context.proxied && (remoteAddress === '::1' || remoteAddress.startsWith('127.'));
  }

  /** An engine is known: the time for logging in no longer runs. */
  loggedIn(): void {
    this.#context.ticket.loggedIn = true;
    clearTimeout(this.#login);
  }

  /** It is about to hand over a message. */
  handsOver(): void {
    this.#handedOver();
    this.#handedOver = this.#context.onTheirWay.begin();
  }

  /** The message is there. */
  handedOver(): void {
    this.#handedOver();
  }

  /** Ends it with a reply. */
  end(limit: SmtpLimit, text: string): void {
    if (this._closing || this._closed) return;
    this.#context.onLimit(limit);
    super.send(421, text, false);
  }

  /** The gate stops: whoever waits for nothing need not wait for that. */
  endIfIdle(): void {
    if (this.#context.ticket.idleSince === null || this._closing || this._closed) return;
    super.send(421, '4.3.2 The gate is stopping, connect again later', false);
  }

  override init(): void {
    const { limits, ticket } = this.#context;
    super.init();
    if (this._closing || this._closed) return;
    this.#login = setTimeout(
      () => this.#loginIsOver(),
      Math.max(1, limits.loginMs - (performance.now() - ticket.since)),
    ).unref();
    this.#session = setTimeout(() => this.#sessionIsOver(), limits.sessionMs).unref();
    this.handsOver();
    if (limits.greetingDelayMs === 0) this.connectionReady();
    else setTimeout(() => this.connectionReady(), limits.greetingDelayMs).unref();
  }

  /** Runs once: smtp-server's own timer comes a second time. */
  override connectionReady(next?: () => void): void {
    if (this.#greeted || this._closing || this._closed) return;
    this.#greeted = true;
    super.connectionReady(next);
  }

  override _sendGreeting(): void {
    super._sendGreeting();
    this.#rest();
  }

  override send(code: number, data?: string | string[], context?: string | false): void {
    const own = typeof data === 'string' && ENHANCED_CODE.test(data);
    super.send(code, data, own ? false : context);
    if ((code === 250 && context === 'DATA_OK') || (own && data.startsWith(SUPPRESSED))) this.#errors = 0;
    else if (code >= 500) {
      this.#errors += 1;
      if (this.#errors >= this.#context.limits.maxErrors) {
        this.end('errors', '4.7.0 Too many errors, closing connection');
      }
    }
  }

  override _onCommand(command: Buffer, callback: () => void = () => {}): void {
    this.#context.onActivity();
    // smtp-server drops what came in the clear after STARTTLS.
    if (this._upgrading) return super._onCommand(command, callback);
    clearTimeout(this.#command);
    this.#context.ticket.idleSince = null;
    if (this.#isFlood()) return this.end('commands_per_minute', '4.7.0 Too many commands in a minute');
    const line = command.toString('latin1');
    // Inside AUTH a line is base64.
    if (!this._nextHandler && isForeign(line)) {
      return this.end('foreign_protocol', '4.7.0 This is an SMTP server, closing connection');
    }
    const next = (): void => {
      callback();
      this.#rest();
    };
    if (CONTROL.test(line)) {
      this.send(500, '5.5.2 A command holds a control character');
      return void setImmediate(next);
    }
    super._onCommand(command, next);
  }

  override handler_AUTH(command: Buffer, callback: () => void): void {
    if (!this.session.user) {
      this.#authAttempts += 1;
      if (this.#authAttempts > this.#context.limits.maxAuthAttempts) {
        this.end('auth_attempts', '4.7.0 Too many AUTH attempts, closing connection');
        return callback();
      }
    }
    super.handler_AUTH(command, callback);
  }

  /** Also runs when a transaction is over. */
  override _resetSession(): void {
    super._resetSession();
    this.#handedOver();
    if (this.#greeted) this.#rest();
  }

  override _onClose(): void {
    for (const timer of [this.#login, this.#command, this.#session]) clearTimeout(timer);
    this.#context.ticket.release();
    this.#handedOver();
    super._onClose();
  }

  /** From now on it is the client's turn. */
  #rest(): void {
    clearTimeout(this.#command);
    if (this._closing || this._closed || this._dataStream) return;
    const inTransaction = this.#inTransaction();
    if (this.#expiring && !inTransaction) return this.#endSession();
    this.#context.ticket.idleSince = inTransaction || this._upgrading ? null : performance.now();
    this.#command = setTimeout(
      () => this.end('command_time', '4.4.2 No whole command came in time, closing connection'),
      this.#context.limits.commandMs,
    ).unref();
  }

  #inTransaction(): boolean {
    return Boolean((this.session as Partial<SMTPServerSession>).envelope?.mailFrom);
  }

  #isFlood(): boolean {
    const now = performance.now();
    if (now - this.#windowStart > 60_000) {
      this.#windowStart = now;
      this.#commands = 0;
    }
    this.#commands += 1;
    return this.#commands > this.#context.limits.maxCommandsPerMinute;
  }

  /** A forwarded reply comes without a login; it has the time of one message. */
  #loginIsOver(again = false): void {
    if (again || !this.#inTransaction()) {
      return this.end('login_time', '4.4.2 No login in time, closing connection');
    }
    this.#login = setTimeout(() => this.#loginIsOver(true), this.#context.limits.dataMs).unref();
  }

  #sessionIsOver(): void {
    if (!this.#inTransaction()) return this.#endSession();
    this.#expiring = true;
    const { dataMs, commandMs } = this.#context.limits;
    this.#session = setTimeout(() => this.#endSession(), dataMs + commandMs).unref();
  }

  #endSession(): void {
    this.end('session_time', '4.3.2 The session has lasted long enough; connect again');
  }

  #makeRoom(): void {
    super.send(421, '4.3.2 Too many connections, closing an idle one; connect again', false);
    this._socket.destroySoon();
  }
}
