import type { AddressInfo } from 'node:net';
import { constants } from 'node:crypto';
import type { SMTPServerDataStream, SMTPServerOptions, SMTPServerSession } from 'smtp-server';
import { BusyError } from '../access/bounded.ts';
import type { Config } from '../config/config.ts';
import { checkSubmittedBytes } from './submitted-bytes.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Stages } from '../observability/stages.ts';
import { spanTime } from '../observability/tracing.ts';
import { addressKey } from '../crm/address.ts';
import type { OutcomeReader } from './answer.ts';
import type { CredentialChecker } from './credentials.ts';
import { type Engine, findEngine, listEngines, maySendAs } from './engine-store.ts';
import type { OnTheirWay } from './on-their-way.ts';
import { Admission } from './smtp-admission.ts';
import { collect } from './smtp-data.ts';
import { LimitLog, connectionLimits } from './smtp-limits.ts';
import { SmtpRefusal, refuse, toRefusal, unauthenticated } from './smtp-refusal.ts';
import { smtpReply } from './smtp-reply.ts';
import { ALPN_PROTOCOLS, GateSmtpServer } from './smtp-server.ts';
import type { Accepted, Submission } from './submission.ts';
import type { KeyPair } from './tls.ts';
import type { Database } from '../store/database.ts';

/** Mail to this one address is a reply and goes nowhere from here. */
export interface ForwardedReplies {
  isReplyAddress: (recipient: string) => boolean;
  /** @throws when it could not be taken; the client keeps it and tries again */
  take: (raw: Buffer, envelopeFrom: string) => Promise<void>;
}

export interface SmtpIntakeOptions {
  config: Config;
  keyPair: KeyPair;
  /** Another certificate by the name a client asks for (SNI), on STARTTLS and implicit TLS alike. */
  byName?: SMTPServerOptions['SNICallback'] | undefined;
  database: Database;
  credentials: CredentialChecker;
  accept: (submission: Submission) => Promise<Accepted>;
  /** Replies forwarded to the gate's own address; absent or null = it has none. */
  replies?: ForwardedReplies | null;
  answer: OutcomeReader;
  /** Told who is about to hand over a message. */
  onTheirWay: OnTheirWay;
  /** Called for whatever a client says. */
  onActivity: () => void;
  log: Logger;
  metrics: Metrics;
  stages: Stages;
}

const NOT_OFFERED = ['WIZ', 'SHELL', 'KILL', 'VRFY', 'EXPN', 'XCLIENT', 'XFORWARD'];

/**
 * SMTP submission (RFC 6409): engines authenticate, send as their own domains only, and get 250 only after the
 * message is durable. One instance listens on the plain port (with STARTTLS) and, if configured, on the implicit TLS port.
 */
export class SmtpIntake {
  readonly #options: SmtpIntakeOptions;
  readonly #servers: { server: GateSmtpServer; port: number; name: 'smtp' | 'submissions' }[] = [];
  readonly #admission: Admission;
  readonly #limits: LimitLog;

  constructor(options: SmtpIntakeOptions) {
    this.#options = options;
    const { smtp } = options.config;
    this.#limits = new LimitLog(options);
    this.#admission = new Admission({
      all: smtp.max_connections,
      perNetwork: smtp.max_connections_per_address,
      onLimit: (limit) => this.#limits.note(limit),
      onSize: (connections) => options.metrics.smtpConnections.set(connections),
    });
    this.#servers.push({ server: this.#createServer(false), port: smtp.port, name: 'smtp' });
    if (smtp.implicit_tls_port !== null) {
      this.#servers.push({
        server: this.#createServer(true),
        port: smtp.implicit_tls_port,
        name: 'submissions',
      });
    }
  }

  /**
   * @param handedOver file descriptors of sockets that listen already, by name, instead of the configured ports
   * @returns the addresses listened on; rejects with the system's error (EADDRINUSE …)
   */
  async listen(handedOver: ReadonlyMap<string, number> = new Map()): Promise<AddressInfo[]> {
    const { host, backlog } = this.#options.config.smtp;
    return Promise.all(
      this.#servers.map(
        ({ server, port, name }) =>
          new Promise<AddressInfo>((resolve, reject) => {
            const fd = handedOver.get(name);
            server.server.once('error', reject);
            server.listen(fd === undefined ? { port, host, backlog } : { fd }, () => {
              server.server.off('error', reject);
              resolve(server.server.address() as AddressInfo);
            });
          }),
      ),
    );
  }

  /** Stops listening, lets transactions in progress end, closes the rest. */
  async close(): Promise<void> {
    await Promise.all(
      this.#servers.map(({ server }) => new Promise<void>((resolve) => server.close(resolve))),
    );
    this.#limits.close();
  }

  #createServer(secure: boolean): GateSmtpServer {
    const { config, keyPair, byName, log } = this.#options;
    const { smtp } = config;
    const options: SMTPServerOptions = {
      ...keyPair,
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      ALPNProtocols: ALPN_PROTOCOLS,
      ...(byName ? { SNICallback: byName } : {}),
      secure,
      name: config.hostname,
      banner: 'presend',
      size: smtp.max_message_bytes,
      rejectOversized: true,
      maxRecipients: smtp.max_recipients,
      maxCommandLength: smtp.max_line_bytes,
      socketTimeout: smtp.idle_seconds * 1000,
      closeTimeout: 5_000,
      authMethods: ['PLAIN', 'LOGIN'],
      // Whether a session without AUTH may send is decided per engine in onMailFrom.
      authOptional: true,
      allowInsecureAuth: smtp.auth_without_tls_on_loopback,
      hideENHANCEDSTATUSCODES: false,
      hideDSN: false,
      disableReverseLookup: true,
      disabledCommands: NOT_OFFERED,
      useProxy: smtp.proxy_from.length > 0 ? smtp.proxy_from : false,
      onConnect: (session, done) => this.#reply(done, () => this.#onConnect(server, session)),
      onSecure: (_socket, session, done) => {
        session.disabledCommands = NOT_OFFERED;
        done();
      },
      onAuth: ({ username, password }, session, done) => {
        const login = { username: username ?? '', password: password ?? '' };
        this.#authenticate(login, server, session).then(
          (user) => done(null, { user }),
          (error: unknown) => done(this.#refusal(error)),
        );
      },
      onMailFrom: (address, session, done) =>
        this.#reply(done, () => this.#onMailFrom(server, address.address, session)),
      onRcptTo: (address, session, done) => this.#reply(done, () => this.#onRcptTo(address.address, session)),
      onData: (stream, session, done) => {
        this.#onData(server, stream, session).then(
          (text) => done(null, text),
          (error: unknown) => {
            if (!(error instanceof SmtpRefusal)) log.error({ err: error }, 'accepting a message failed');
            done(this.#refusal(error));
          },
        );
      },
    };
    const server = new GateSmtpServer(options, {
      limits: connectionLimits(config),
      admission: this.#admission,
      onLimit: (limit) => this.#limits.note(limit),
      onTheirWay: this.#options.onTheirWay,
      onActivity: this.#options.onActivity,
    });
    server.on('error', (err) => log.debug({ err }, 'smtp connection error'));
    return server;
  }

  #reply(done: (error?: Error | null) => void, check: () => void | Promise<void>): void {
    Promise.resolve()
      .then(check)
      .then(
        () => done(),
        (error: unknown) => done(this.#refusal(error)),
      );
  }

  /** Counts it. What is suppressed was accepted before. */
  #refusal(error: unknown): SmtpRefusal {
    const refusal = toRefusal(error);
    if (refusal.reason !== 'suppressed') this.#options.stages.refused('smtp', refusal.reason);
    return refusal;
  }

  #onConnect(server: GateSmtpServer, session: SMTPServerSession): void {
    const { smtp } = this.#options.config;
    // AUTH in the clear is for loopback only, and only where the config allows it.
    const clear = smtp.auth_without_tls_on_loopback && (server.of(session)?.isLocal ?? false);
    session.disabledCommands = session.secure || clear ? NOT_OFFERED : [...NOT_OFFERED, 'AUTH'];
  }

  async #authenticate(
    { username, password }: { username: string; password: string },
    server: GateSmtpServer,
    session: SMTPServerSession,
  ): Promise<Engine> {
    const { credentials } = this.#options;
    const checked = await credentials
      .check(username, password, session.remoteAddress)
      .catch((err: unknown) => {
        if (err instanceof BusyError) this.#limits.note('auth_busy');
        else this.#options.log.error({ err }, 'credentials cannot be checked');
        throw refuse(454, '4.7.0 Temporary authentication failure, try again later', 'trouble');
      });
    if ('engine' in checked) {
      server.of(session)?.loggedIn();
      return checked.engine;
    }
    this.#options.metrics.authFailures.inc();
    if ('wrong' in checked) throw refuse(535, '5.7.8 Wrong engine name or password', 'wrong_key');
    this.#limits.note('auth_backoff');
    const seconds = Math.ceil(checked.waitMs / 1000);
    throw refuse(454, `4.7.0 Too many failed logins, try again in ${seconds} s`, 'too_many');
  }

  async #onMailFrom(server: GateSmtpServer, from: string, session: SMTPServerSession): Promise<void> {
    requireUtf8(from, session);
    const connection = server.of(session);
    const engine = session.user
      ? await this.#stillTrusted(session.user as Engine)
      : await this.#loopbackEngine(from, connection?.isLocal ?? false);
    // Whoever forwards a reply has no credentials: the recipient decides.
    if (!engine && this.#options.replies) return void sessionEngine.delete(session);
    if (!engine) throw unauthenticated(session.secure);
    if (!maySendAs(engine, from)) {
      throw refuse(
        550,
        `5.7.1 Engine ${engine.name} may not send as ${from.slice(from.lastIndexOf('@') + 1)}; its sender domains are ${engine.senderDomains.join(', ') || 'none yet'}`,
        'sender',
      );
    }
    connection?.loggedIn();
    connection?.handsOver();
    sessionEngine.set(session, engine);
  }

  /** An engine's recipients are anybody's addresses; the reply address takes mail from anybody, but alone. */
  #onRcptTo(address: string, session: SMTPServerSession): void {
    requireUtf8(address, session);
    if (addressKey(address) === null) {
      throw refuse(553, '5.1.3 That is not an address mail can be sent to', 'recipient');
    }
    const { replies } = this.#options;
    const forReplies = (recipient: string): boolean => replies?.isReplyAddress(recipient) ?? false;
    const before = session.envelope.rcptTo;
    if (before.some((rcpt) => forReplies(rcpt.address)) || (forReplies(address) && before.length > 0)) {
      throw refuse(550, '5.7.1 The address for replies takes mail to itself alone', 'recipient');
    }
    if (!forReplies(address) && !sessionEngine.has(session)) throw unauthenticated(session.secure);
  }

  /** The engine as it is now; undefined when its credential changed since this session authenticated. */
  async #stillTrusted(then: Engine): Promise<Engine | undefined> {
    const engine = await findEngine(this.#options.database.db, then.id);
    return engine?.secretHash === then.secretHash ? engine : undefined;
  }

  /** An engine that may submit from loopback without AUTH, if its sender domains include this one. */
  async #loopbackEngine(from: string, isLocal: boolean): Promise<Engine | undefined> {
    if (!isLocal) return undefined;
    const open = (await listEngines(this.#options.database.db)).filter(
      (engine) => engine.loopbackWithoutAuth,
    );
    return from === '' ? open[0] : open.find((engine) => maySendAs(engine, from));
  }

  async #onData(
    server: GateSmtpServer,
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
  ): Promise<string> {
    const { config, answer } = this.#options;
    const stored = await this.#store(server, stream, session);
    if (stored === 'reply') return '2.0.0 Taken';
    const { accepted, mode } = stored;
    // It is stored: whatever goes wrong now, the client must not be told that it is not.
    const outcomes = await answer(accepted, mode).catch((err: unknown) => {
      this.#options.log.error(
        { err, message: accepted.id },
        'the verdict cannot be told; answering as async does',
      );
      return null;
    });
    const reply = smtpReply(accepted.id, outcomes, config.answer.suppressed);
    if (reply.code >= 400) throw new SmtpRefusal(reply, 'suppressed');
    return reply.text;
  }

  /** Reads a message and stores it. A step of its own, so that nothing holds its bytes while the client waits for the verdict. */
  async #store(
    server: GateSmtpServer,
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
  ): Promise<'reply' | { accepted: Accepted; mode: 'sync' | 'async' }> {
    const { config, accept, stages, replies } = this.#options;
    const engine = sessionEngine.get(session);
    const [only] = session.envelope.rcptTo;
    const isReply = only !== undefined && (replies?.isReplyAddress(only.address) ?? false);
    const { smtp } = config;
    const raw = await collect(
      stream,
      {
        maxBytes: smtp.max_message_bytes,
        maxMs: smtp.data_seconds * 1000,
        minBytesPerSecond: smtp.min_data_bytes_per_second,
        graceMs: smtp.data_grace_seconds * 1000,
      },
      (limit, text) => server.of(session)?.end(limit, text),
    );
    if (raw === null) {
      throw refuse(552, `5.3.4 Message is larger than ${config.smtp.max_message_bytes} bytes`, 'too_large');
    }
    if (replies && isReply) {
      await replies.take(raw, session.envelope.mailFrom ? session.envelope.mailFrom.address : '');
      return 'reply';
    }
    if (!engine) throw unauthenticated(session.secure);
    const began = spanTime();
    const refusal = checkSubmittedBytes(raw, {
      maxLineBytes: config.smtp.max_line_bytes,
      maxHops: config.delivery.max_hops,
      maySendAs: (address) => maySendAs(engine, address),
    });
    if (refusal) throw new SmtpRefusal(refusal, refusal.text.startsWith('5.7.1 ') ? 'sender' : 'malformed');

    const mode = engine.answer ?? config.answer.mode;
    server.of(session)?.handedOver();
    const accepted = await accept({
      engineId: engine.id,
      raw,
      envelope: {
        from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
        recipients: session.envelope.rcptTo.map((rcpt) => ({
          address: rcpt.address,
          dsnNotify: rcpt.dsn?.notify,
          dsnOrcpt: rcpt.dsn?.orcpt,
        })),
        params: {
          body8bit: session.envelope.bodyType === '8bitmime',
          smtpUtf8: session.envelope.smtpUtf8 === true,
          dsnRet: session.envelope.dsn?.ret ?? undefined,
          dsnEnvid: session.envelope.dsn?.envid ?? undefined,
        },
      },
      origin: {
        protocol: 'SMTP',
        remoteAddress: session.remoteAddress,
        helo: session.hostNameAppearsAs || null,
        transmission: session.transmissionType,
        user: session.user ? engine.name : null,
      },
      answerEarly: mode === 'async',
    });
    const recipients = session.envelope.rcptTo.length;
    stages.accepted([{ ...accepted, size: raw.length, recipients }], {
      engine: engine.name,
      intake: 'smtp',
      began,
    });
    return { accepted, mode };
  }
}

/** The engine of the current transaction; smtp-server's session object lives as long as the connection. */
const sessionEngine = new WeakMap<SMTPServerSession, Engine>();

/** @throws SmtpRefusal for a local part beyond ASCII of which nobody said so (RFC 6531 3.5), or that is no UTF-8 */
function requireUtf8(address: string, session: SMTPServerSession): void {
  const local = address.slice(0, address.lastIndexOf('@'));
  if (address.includes('\uFFFD')) throw refuse(553, '5.6.7 That address is not UTF-8', 'malformed');
  if (session.envelope.smtpUtf8 || /^[\x20-\x7e]*$/.test(local)) return;
  throw refuse(553, '5.6.7 An address beyond ASCII needs SMTPUTF8 on MAIL FROM (RFC 6531)', 'malformed');
}
