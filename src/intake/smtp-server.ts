import type net from 'node:net';
import type tls from 'node:tls';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { type SMTPConnectionOptions, TLS_SOCKET_OPTIONS } from 'smtp-server/lib/smtp-connection';
import type { OnTheirWay } from './on-their-way.ts';
import { withTextHeader } from './proxy-header.ts';
import type { Admission, Ticket } from './smtp-admission.ts';
import { GateConnection } from './smtp-connection.ts';
import type { ConnectionLimits, SmtpLimit } from './smtp-limits.ts';

// smtp-server hands only these options of TLS on. With ALPN a browser that was led here by TLS is turned away in the handshake,
// since it offers others (RFC 7301 3.2); a client that offers none is welcome. Exim answers to the same names.
if (!TLS_SOCKET_OPTIONS.includes('ALPNProtocols')) TLS_SOCKET_OPTIONS.push('ALPNProtocols');
export const ALPN_PROTOCOLS = ['smtp', 'esmtp'];

export interface ServerContext {
  limits: ConnectionLimits;
  admission: Admission;
  onLimit: (limit: SmtpLimit) => void;
  onTheirWay: OnTheirWay;
  onActivity: () => void;
}

const TOO_MANY = {
  connections: '421 4.7.0 Too many connections, try again later\r\n',
  connections_per_address: '421 4.7.0 Too many connections from your address, try again later\r\n',
};

/** smtp-server with `GateConnection`s, each of which has a place from the moment it is accepted. */
export class GateSmtpServer extends SMTPServer {
  readonly #context: ServerContext;
  /** Of connections on their way to a session, by the client's address and port. */
  readonly #tickets = new Map<string, { ticket: Ticket; proxied: boolean }>();
  readonly #connections = new WeakMap<object, GateConnection>();

  constructor(options: SMTPServerOptions, context: ServerContext) {
    super(options);
    this.#context = context;
  }

  /** The connection of a session. */
  of(session: SMTPServerSession): GateConnection | undefined {
    return this.#connections.get(session);
  }

  override close(callback: () => void): void {
    super.close(callback);
    for (const connection of this.connections) {
      if (connection instanceof GateConnection) connection.endIfIdle();
    }
  }

  override _acceptSocket(socket: net.Socket, handshake: boolean): (() => void) | false {
    const { admission, limits, onLimit } = this.#context;
    const proxied = this._expectsProxyHeader(socket);
    // Of a handshake under way the topmost socket goes, as in smtp-server.
    const drop = (): void => void (this._pendingSockets.get(socket) ?? socket).destroy();
    const ticket = admission.admit(proxied ? null : (socket.remoteAddress ?? ''), drop);
    if (typeof ticket === 'string') {
      refuseSocket(socket, handshake || proxied ? null : ticket);
      return false;
    }
    const release = super._acceptSocket(socket, handshake);
    if (!release) {
      ticket.release();
      return false;
    }
    const peer = peerOf(socket);
    this.#tickets.set(peer, { ticket, proxied });
    const timer = setTimeout(() => {
      onLimit('login_time');
      drop();
    }, limits.loginMs).unref();
    // After STARTTLS this no longer comes; the connection gives its place back itself.
    socket.once('close', () => {
      clearTimeout(timer);
      if (this.#tickets.get(peer)?.ticket === ticket) this.#tickets.delete(peer);
      ticket.release();
    });
    return () => {
      clearTimeout(timer);
      release();
    };
  }

  override _handleProxy(...[socket, callback]: Parameters<SMTPServer['_handleProxy']>): void {
    if (!this._expectsProxyHeader(socket)) return super._handleProxy(socket, callback);
    withTextHeader(socket, (error) => {
      if (error) callback(error);
      else super._handleProxy(socket, callback);
    });
  }

  override connect(socket: net.Socket | tls.TLSSocket, options?: SMTPConnectionOptions | null): void {
    const peer = peerOf(socket);
    const accepted = this.#tickets.get(peer);
    this.#tickets.delete(peer);
    if (!accepted || socket.destroyed) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    const { ticket, proxied } = accepted;
    if (options?.remoteAddress && !ticket.claim(options.remoteAddress)) {
      ticket.release();
      return refuseSocket(socket, 'connections_per_address');
    }
    const connection = new GateConnection(this, socket, options, { ...this.#context, ticket, proxied });
    this.#connections.set(connection.session, connection);
    this.connections.add(connection);
    connection.on('error', (err: Error) => this._onError(err));
    connection.on('connect', (data) => this._onClientConnect(data));
    connection.init();
  }
}

const peerOf = (socket: net.Socket): string => `${socket.remoteAddress} ${socket.remotePort}`;

/** @param why null: it expects another protocol first, in which nothing can be said */
function refuseSocket(socket: net.Socket, why: keyof typeof TOO_MANY | null): void {
  socket.on('error', () => {});
  if (why === null) socket.destroy();
  else {
    socket.write(TOO_MANY[why]);
    socket.destroySoon();
  }
}
