import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';

/** Where in a session a script may act. `body`: inside the message; `end`: after all of it, before the reply. */
export type Stage = 'connect' | 'mail' | 'rcpt' | 'data' | 'body' | 'end';

export interface Act {
  /** Answer with this line, e.g. `451 4.7.1 later`. At `body` it is sent early, while the message still comes. */
  reply?: string;
  /** Destroy the socket instead of answering. */
  cut?: boolean;
  /** Never answer. */
  stall?: boolean;
  /** Send a continuation line every so many milliseconds, and never the last one. */
  dripMs?: number;
  /** Answer (or go on) after this long. */
  delayMs?: number;
  /** Called first, before anything is answered. */
  tell?: () => void;
  /** Act this often, then behave. Default: always. */
  times?: number;
}

export interface ReceivedMail {
  /** As received, dot-stuffing undone, the final dot left out. */
  raw: Buffer;
  from: string;
  to: string[];
  mailArgs: Record<string, string | true>;
  rcptArgs: Record<string, string | true>[];
  dsn: { ret: string | null; envid: string | null } | undefined;
  rcptDsn: ({ notify?: string[] | undefined; orcpt?: string | undefined } | undefined)[];
  secure: boolean;
  user: string | undefined;
  /** Number of the connection it came over, from 1. */
  connection: number;
  helo: string;
}

export interface UpstreamOptions {
  /** `starttls` and `implicit` need `certificate`. Default `none`: STARTTLS is not offered. */
  tls?: 'none' | 'starttls' | 'implicit';
  certificate?: { key: string; cert: string };
  /** AUTH is required and only this login is right. */
  auth?: { user: string; password: string };
  /** Extensions not offered. */
  hide?: ('PIPELINING' | '8BITMIME' | 'SMTPUTF8' | 'DSN')[];
  /** SIZE limit. */
  size?: number;
}

interface Connection {
  id: string;
  _socket: Socket;
  send(code: number, text: string): void;
  handler_DATA(command: unknown, callback: () => void): void;
}

/** A real SMTP server on loopback that keeps what it gets and misbehaves as told. */
export class SmtpUpstream {
  readonly received: ReceivedMail[] = [];
  script: Partial<Record<Stage, Act>> = {};
  /** TCP connections seen. */
  connections = 0;
  /** MAIL FROM commands seen. */
  transactions = 0;
  /** Bytes of the message that is coming in (the parser keeps the last four back). */
  arriving = 0;
  readonly #server: SMTPServer;
  readonly #sockets = new Set<Socket>();
  readonly #numbers = new Map<string, number>();

  static async start(options: UpstreamOptions = {}): Promise<SmtpUpstream> {
    const upstream = new SmtpUpstream(options);
    await new Promise<void>((resolve) => upstream.#server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  constructor(options: UpstreamOptions) {
    const hidden = Object.fromEntries((options.hide ?? []).map((name) => [`hide${name}`, true]));
    const disabled = [...(options.tls === 'starttls' ? [] : ['STARTTLS']), ...(options.auth ? [] : ['AUTH'])];
    const settings: SMTPServerOptions = {
      name: 'upstream.example',
      secure: options.tls === 'implicit',
      ...options.certificate,
      disabledCommands: disabled,
      authOptional: !options.auth,
      allowInsecureAuth: true,
      // So that a scripted reply goes out exactly as written.
      hideENHANCEDSTATUSCODES: true,
      hideDSN: false,
      ...hidden,
      ...(options.size === undefined ? {} : { size: options.size }),
      disableReverseLookup: true,
      closeTimeout: 2000,
      logger: false,
      onConnect: (session, callback) => {
        this.#numbers.set(session.id, this.connections);
        this.#interceptData(session);
        this.#act('connect', session, callback);
      },
      onAuth: (auth, _session, callback) => {
        const right = auth.username === options.auth?.user && auth.password === options.auth?.password;
        if (right) callback(null, { user: auth.username });
        else callback(Object.assign(new Error('5.7.8 bad credentials'), { responseCode: 535 }));
      },
      onMailFrom: (_address, session, callback) => {
        this.transactions += 1;
        this.#act('mail', session, callback);
      },
      onRcptTo: (_address, session, callback) => this.#act('rcpt', session, callback),
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        this.arriving = 0;
        stream.on('error', () => {});
        stream.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          this.arriving += chunk.length;
          const act = this.#take('body');
          if (act?.cut) this.#cut(session);
          else if (act?.reply) this.#connection(session)._socket.write(`${act.reply}\r\n`);
          else if (act?.stall) stream.pause();
          else if (act?.delayMs !== undefined) {
            stream.pause();
            setTimeout(() => stream.resume(), act.delayMs);
          }
        });
        stream.on('end', () =>
          this.#act('end', session, (error) => {
            if (error) return callback(error);
            this.received.push(this.#mail(session, Buffer.concat(chunks)));
            callback(null, '2.0.0 queued as 1');
          }),
        );
      },
    };
    this.#server = new SMTPServer(settings);
    this.#server.on('error', () => {});
    this.#server.server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
    });
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  /** The mail received last. */
  get last(): ReceivedMail {
    const mail = this.received.at(-1);
    if (!mail) throw new Error('the upstream has received nothing');
    return mail;
  }

  /** Connections open now. */
  get open(): number {
    // Not counted by 'close' events: smtp-server drops all listeners of a socket at STARTTLS.
    return [...this.#sockets].filter((socket) => !socket.closed).length;
  }

  /** Cuts every open connection, as an upstream that restarts does. */
  async cutAll(): Promise<void> {
    const open = [...this.#sockets].filter((socket) => !socket.closed);
    const closed = open.map(
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    for (const socket of open) socket.destroy();
    await Promise.all(closed);
  }

  /** Stops and waits until every connection is closed, so that nothing more can arrive. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.cutAll();
    await closed;
  }

  #take(stage: Stage): Act | undefined {
    const act = this.script[stage];
    if (!act) return undefined;
    if (act.times !== undefined) {
      if (act.times <= 0) return undefined;
      act.times -= 1;
    } else if (stage === 'body' && act.reply) {
      delete this.script.body;
    }
    return act;
  }

  #act(stage: Stage, session: SMTPServerSession, callback: (error?: Error | null) => void): void {
    const act = this.#take(stage);
    act?.tell?.();
    if (act?.stall) return;
    if (act?.cut) return this.#cut(session);
    if (act?.dripMs !== undefined) {
      const { _socket: socket } = this.#connection(session);
      const timer = setInterval(() => socket.write('250-wait\r\n'), act.dripMs);
      socket.once('close', () => clearInterval(timer));
      return;
    }
    const go = (): void => callback(act?.reply === undefined ? null : replyError(act.reply));
    if (act?.delayMs === undefined) go();
    else setTimeout(go, act.delayMs);
  }

  /** smtp-server has no hook before it answers DATA with 354. */
  #interceptData(session: SMTPServerSession): void {
    const connection = this.#connection(session);
    const original = connection.handler_DATA.bind(connection);
    connection.handler_DATA = (command, callback) => {
      // Without a recipient DATA is refused anyway; a script for it waits for a real one.
      if (session.envelope.rcptTo.length === 0) return original(command, callback);
      this.#act('data', session, (error) => {
        if (!error) return original(command, callback);
        connection.send((error as Error & { responseCode: number }).responseCode, error.message);
        callback();
      });
    };
  }

  #connection(session: SMTPServerSession): Connection {
    for (const connection of this.#server.connections as unknown as Set<Connection>) {
      if (connection.id === session.id) return connection;
    }
    throw new Error('the connection is gone');
  }

  #cut(session: SMTPServerSession): void {
    this.#connection(session)._socket.destroy();
  }

  #mail(session: SMTPServerSession, raw: Buffer): ReceivedMail {
    const { mailFrom, rcptTo, dsn } = session.envelope;
    return {
      raw,
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map((rcpt) => rcpt.address),
      mailArgs: mailFrom && mailFrom.args ? mailFrom.args : {},
      rcptArgs: rcptTo.map((rcpt) => rcpt.args || {}),
      dsn,
      rcptDsn: rcptTo.map((rcpt) => rcpt.dsn),
      secure: session.secure,
      user: session.user as string | undefined,
      connection: this.#numbers.get(session.id) ?? 0,
      helo: session.hostNameAppearsAs || '',
    };
  }
}

function replyError(reply: string): Error {
  return Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) });
}
