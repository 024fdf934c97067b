import type net from 'node:net';
import type tls from 'node:tls';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection';

export interface ConnectionLimits {
  /** How long to wait before greeting; a client that talks earlier is dropped. 0 greets at once. */
  greetingDelayMs: number;
  maxCommandsPerMinute: number;
  /** Called for every command. */
  onActivity: () => void;
}

const ENHANCED_CODE = /^[245]\.\d{1,3}\.\d{1,3} /;

/**
 * smtp-server's connection with three changes:
 *
 * - The greeting waits `greetingDelayMs` instead of a fixed 100 ms, which would limit clients that connect once per message
 *   to 10 mails a second and connection. The price of 0 is that early talkers are not noticed; they are spam
 *   bots on public port 25, not engines that authenticate.
 * - Replies may bring their own enhanced status code (RFC 2034), as `550 5.7.1 …`.
 * - A command rate limit.
 */
class GateConnection extends SMTPConnection {
  readonly #limits: ConnectionLimits;
  #greeted = false;
  #windowStart = 0;
  #commands = 0;

  constructor(
    server: SMTPServer,
    socket: net.Socket | tls.TLSSocket,
    options: SMTPConnectionOptions | null | undefined,
    limits: ConnectionLimits,
  ) {
    super(server, socket, options ?? undefined);
    this.#limits = limits;
  }

  override init(): void {
    super.init();
    if (this._closing || this._closed) return;
    if (this.#limits.greetingDelayMs === 0) this.connectionReady();
    else setTimeout(() => this.connectionReady(), this.#limits.greetingDelayMs).unref();
  }

  /** Runs once: smtp-server's own timer comes a second time. */
  override connectionReady(next?: () => void): void {
    if (this.#greeted || this._closing || this._closed) return;
    this.#greeted = true;
    super.connectionReady(next);
  }

  override send(code: number, data?: string | string[], context?: string | false): void {
    const own = typeof data === 'string' && ENHANCED_CODE.test(data);
    super.send(code, data, own ? false : context);
  }

  override _onCommand(command: Buffer, callback?: () => void): void {
    this.#limits.onActivity();
    const now = performance.now();
    if (now - this.#windowStart > 60_000) {
      this.#windowStart = now;
      this.#commands = 0;
    }
    this.#commands += 1;
    if (this.#commands > this.#limits.maxCommandsPerMinute) {
      this.send(421, '4.7.0 Too many commands in a minute, closing connection');
      return;
    }
    super._onCommand(command, callback);
  }
}

/** smtp-server with `GateConnection`s. */
export class GateSmtpServer extends SMTPServer {
  readonly #limits: ConnectionLimits;

  constructor(options: SMTPServerOptions, limits: ConnectionLimits) {
    super(options);
    this.#limits = limits;
  }

  override connect(socket: net.Socket | tls.TLSSocket, options?: SMTPConnectionOptions | null): void {
    const connection = new GateConnection(this, socket, options, this.#limits);
    this.connections.add(connection);
    connection.on('error', (err: Error) => this._onError(err));
    connection.on('connect', (data) => this._onClientConnect(data));
    connection.init();
  }

  /** Ends the connection of this session with a 421 reply. */
  drop(sessionId: string, text: string): void {
    for (const connection of this.connections) {
      if (connection.id === sessionId) connection.send(421, text);
    }
  }
}
