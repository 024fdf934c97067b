import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';

/**
 * Where in a session a script may act. `body`: inside the message; `end`: after all of it, before it is taken; `reply`: it is
 * taken and the reply has not left.
 */
export type Stage = 'connect' | 'ehlo' | 'mail' | 'rcpt' | 'data' | 'body' | 'end' | 'reply';

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
  /** At `reply`: answer that it is taken, and close the connection right behind it. */
  hangUp?: boolean;
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
  handler_EHLO(command: unknown, callback: () => void): void;
  handler_DATA(command: unknown, callback: () => void): void;
}

/** A real SMTP server on loopback that keeps what it gets and misbehaves as told. */
export class SmtpUpstream {
  readonly received: ReceivedMail[] = [];
  script: Partial<Record<Stage, Act>> = {};
  /** Asked before the script: what to do in this session at this stage. */
  decide: ((stage: Stage, session: SMTPServerSession) => Act | undefined) | null = null;
  /** Told of a mail once it is taken, before the reply. */
  onTaken: ((mail: ReceivedMail, session: SMTPServerSession) => void) | null = null;
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
        this.#interceptEhlo(session);
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
          const act = this.#take('body', session);
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
            const mail = this.#mail(session, Buffer.concat(chunks));
            this.received.push(mail);
            this.onTaken?.(mail, session);
            this.#act('reply', session, (late) => callback(late ?? null, '2.0.0 queued as 1'));
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

  #take(stage: Stage, session: SMTPServerSession): Act | undefined {
    const decided = this.decide?.(stage, session);
    if (decided) return decided;
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
    const act = this.#take(stage, session);
    act?.tell?.();
    if (act?.stall) return;
    if (act?.cut) return this.#cut(session);
    if (act?.dripMs !== undefined) {
      const { _socket: socket } = this.#connection(session);
      const timer = setInterval(() => socket.write('250-wait\r\n'), act.dripMs);
      socket.once('close', () => clearInterval(timer));
      return;
    }
    if (act?.hangUp) {
      callback();
      this.#connection(session)._socket.end();
      return;
    }
    const go = (): void => callback(act?.reply === undefined ? null : replyError(act.reply));
    if (act?.delayMs === undefined) go();
    else setTimeout(go, act.delayMs);
  }

  /** smtp-server has no hook before it answers EHLO. */
  #interceptEhlo(session: SMTPServerSession): void {
    const connection = this.#connection(session);
    const original = connection.handler_EHLO.bind(connection);
    connection.handler_EHLO = (command, callback) => {
      this.#act('ehlo', session, (error) => {
        if (!error) return original(command, callback);
        connection.send((error as Error & { responseCode: number }).responseCode, error.message);
        callback();
      });
    };
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
