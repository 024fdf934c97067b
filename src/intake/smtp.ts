import type { AddressInfo } from 'node:net';
import type { SMTPServerDataStream, SMTPServerOptions, SMTPServerSession } from 'smtp-server';
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
import { GateSmtpServer } from './smtp-connection.ts';
import { NO_ROOM, type SmtpReply, TROUBLE, smtpReply } from './smtp-reply.ts';
import type { Accepted, Submission } from './submission.ts';
import type { KeyPair } from './tls.ts';
import type { Database } from '../store/database.ts';
import { diskTrouble } from '../store/disk-trouble.ts';

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
  /** Called for whatever a client says. */
  onActivity: () => void;
  log: Logger;
  metrics: Metrics;
  stages: Stages;
}

/** A refusal with its SMTP reply code; smtp-server sends `message` after it. `reason` is for the figures. */
class Refusal extends Error {
  readonly responseCode: number;
  readonly reason: RefusalReason;
  constructor(code: number, text: string, reason: RefusalReason) {
    super(text);
    this.responseCode = code;
    this.reason = reason;
  }
}

/** In the words of the HTTP intake (`RefusalKind`) where it has one. */
type RefusalReason =
  | 'no_key'
  | 'wrong_key'
  | 'sender'
  | 'recipient'
  | 'malformed'
  | 'too_large'
  | 'too_many_connections'
  | 'suppressed'
  | 'trouble';

const refuseWith = ({ code, text }: SmtpReply, reason: RefusalReason): Refusal =>
  new Refusal(code, text, reason);

/** @param secure AUTH is offered at once; otherwise only after STARTTLS */
const unauthenticated = (secure: boolean): SmtpReply => ({
  code: 530,
  text: `5.7.0 Authentication required: ${secure ? '' : 'STARTTLS, then '}AUTH with the name and password of an engine`,
});

const NOT_OFFERED = ['WIZ', 'SHELL', 'KILL', 'VRFY', 'EXPN', 'XCLIENT', 'XFORWARD'];

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

/**
 * SMTP submission (RFC 6409): engines authenticate, send as their own domains only, and get 250 only after the
 * message is durable. One instance listens on the plain port (with STARTTLS) and, if configured, on the implicit TLS port.
 */
export class SmtpIntake {
  readonly #options: SmtpIntakeOptions;
  readonly #servers: { server: GateSmtpServer; port: number }[] = [];
  readonly #perAddress = new Map<string, number>();
  readonly #counted = new Set<string>();

  constructor(options: SmtpIntakeOptions) {
    this.#options = options;
    const { smtp } = options.config;
    this.#servers.push({ server: this.#createServer(false), port: smtp.port });
    if (smtp.implicit_tls_port !== null) {
      this.#servers.push({ server: this.#createServer(true), port: smtp.implicit_tls_port });
    }
  }

  /** @returns the addresses listened on; rejects with the system's error (EADDRINUSE …) */
  async listen(): Promise<AddressInfo[]> {
    return Promise.all(
      this.#servers.map(
        ({ server, port }) =>
          new Promise<AddressInfo>((resolve, reject) => {
            server.server.once('error', reject);
            server.listen(port, this.#options.config.smtp.host, () => {
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
  }

  #createServer(secure: boolean): GateSmtpServer {
    const { config, keyPair, byName, log } = this.#options;
    const { smtp } = config;
    const options: SMTPServerOptions = {
      ...keyPair,
      minVersion: 'TLSv1.2',
      ...(byName ? { SNICallback: byName } : {}),
      secure,
      name: config.hostname,
      banner: 'presend',
      size: smtp.max_message_bytes,
      rejectOversized: true,
      maxClients: smtp.max_connections,
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
      onConnect: (session, done) => this.#reply(done, () => this.#onConnect(session)),
      onSecure: (_socket, session, done) => {
        session.disabledCommands = NOT_OFFERED;
        done();
      },
      onClose: (session) => this.#onClose(session),
      onAuth: (auth, _session, done) => {
        this.#authenticate(auth.username ?? '', auth.password ?? '').then(
          (user) => done(null, { user }),
          (error: unknown) => done(this.#refusal(error)),
        );
      },
      onMailFrom: (address, session, done) =>
        this.#reply(done, () => this.#onMailFrom(address.address, session)),
      onRcptTo: (address, session, done) => this.#reply(done, () => this.#onRcptTo(address.address, session)),
      onData: (stream, session, done) => {
        this.#onData(server, stream, session).then(
          (text) => done(null, text),
          (error: unknown) => {
            if (!(error instanceof Refusal)) log.error({ err: error }, 'accepting a message failed');
            done(this.#refusal(error));
          },
        );
      },
    };
    const server = new GateSmtpServer(options, {
      greetingDelayMs: smtp.greeting_delay_ms,
      maxCommandsPerMinute: smtp.max_commands_per_minute,
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
  #refusal(error: unknown): Refusal {
    const refusal = toRefusal(error);
    if (refusal.reason !== 'suppressed') this.#options.stages.refused('smtp', refusal.reason);
    return refusal;
  }

  #onConnect(session: SMTPServerSession): void {
    const { smtp } = this.#options.config;
    const count = (this.#perAddress.get(session.remoteAddress) ?? 0) + 1;
    if (count > smtp.max_connections_per_address) {
      throw new Refusal(
        421,
        '4.7.0 Too many connections from your address, try again later',
        'too_many_connections',
      );
    }
    this.#perAddress.set(session.remoteAddress, count);
    this.#counted.add(session.id);
    // AUTH in the clear is for loopback only, and only where the config allows it.
    const clear = smtp.auth_without_tls_on_loopback && isLoopback(session.remoteAddress);
    session.disabledCommands = session.secure || clear ? NOT_OFFERED : [...NOT_OFFERED, 'AUTH'];
  }

  #onClose(session: SMTPServerSession): void {
    if (!this.#counted.delete(session.id)) return;
    const count = (this.#perAddress.get(session.remoteAddress) ?? 1) - 1;
    if (count > 0) this.#perAddress.set(session.remoteAddress, count);
    else this.#perAddress.delete(session.remoteAddress);
  }

  async #authenticate(name: string, password: string): Promise<Engine> {
    const engine = await this.#options.credentials.check(name, password).catch((err: unknown) => {
      this.#options.log.error({ err }, 'credentials cannot be checked');
      throw new Refusal(454, '4.7.0 Temporary authentication failure, try again later', 'trouble');
    });
    if (engine) return engine;
    this.#options.metrics.authFailures.inc();
    throw new Refusal(535, '5.7.8 Wrong engine name or password', 'wrong_key');
  }

  async #onMailFrom(from: string, session: SMTPServerSession): Promise<void> {
    const engine = session.user
      ? await this.#stillTrusted(session.user as Engine)
      : await this.#loopbackEngine(from, session);
    // Whoever forwards a reply has no credentials: the recipient decides.
    if (!engine && this.#options.replies) return void sessionEngine.delete(session);
    if (!engine) throw refuseWith(unauthenticated(session.secure), 'no_key');
    if (!maySendAs(engine, from)) {
      throw new Refusal(
        550,
        `5.7.1 Engine ${engine.name} may not send as ${from.slice(from.lastIndexOf('@') + 1)}; its sender domains are ${engine.senderDomains.join(', ') || 'none yet'}`,
        'sender',
      );
    }
    sessionEngine.set(session, engine);
  }

  /** An engine's recipients are anybody's addresses; the reply address takes mail from anybody, but alone. */
  #onRcptTo(address: string, session: SMTPServerSession): void {
    if (addressKey(address) === null) {
      throw new Refusal(553, '5.1.3 That is not an address mail can be sent to', 'recipient');
    }
    const { replies } = this.#options;
    const forReplies = (recipient: string): boolean => replies?.isReplyAddress(recipient) ?? false;
    const before = session.envelope.rcptTo;
    if (before.some((rcpt) => forReplies(rcpt.address)) || (forReplies(address) && before.length > 0)) {
      throw new Refusal(550, '5.7.1 The address for replies takes mail to itself alone', 'recipient');
    }
    if (!forReplies(address) && !sessionEngine.has(session))
      throw refuseWith(unauthenticated(session.secure), 'no_key');
  }

  /** The engine as it is now; undefined when its credential changed since this session authenticated. */
  async #stillTrusted(then: Engine): Promise<Engine | undefined> {
    const engine = await findEngine(this.#options.database.db, then.id);
    return engine?.secretHash === then.secretHash ? engine : undefined;
  }

  /** An engine that may submit from loopback without AUTH, if its sender domains include this one. */
  async #loopbackEngine(from: string, session: SMTPServerSession): Promise<Engine | undefined> {
    if (!isLoopback(session.remoteAddress)) return undefined;
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
    const { config, accept, answer, stages, replies } = this.#options;
    const engine = sessionEngine.get(session);
    const [only] = session.envelope.rcptTo;
    const isReply = only !== undefined && (replies?.isReplyAddress(only.address) ?? false);
    const timer = setTimeout(
      () => server.drop(session.id, '4.4.2 The message took too long to arrive'),
      config.smtp.data_seconds * 1000,
    );
    const raw = await collect(stream, config.smtp.max_message_bytes).finally(() => clearTimeout(timer));
    if (raw === null) {
      throw new Refusal(
        552,
        `5.3.4 Message is larger than ${config.smtp.max_message_bytes} bytes`,
        'too_large',
      );
    }
    if (replies && isReply) {
      await replies.take(raw, session.envelope.mailFrom ? session.envelope.mailFrom.address : '');
      return '2.0.0 Taken';
    }
    if (!engine) throw refuseWith(unauthenticated(session.secure), 'no_key');
    const began = spanTime();
    const refusal = checkSubmittedBytes(raw, {
      maxLineBytes: config.smtp.max_line_bytes,
      maxHops: config.delivery.max_hops,
      maySendAs: (address) => maySendAs(engine, address),
    });
    if (refusal) throw refuseWith(refusal, refusal.text.startsWith('5.7.1 ') ? 'sender' : 'malformed');

    const mode = engine.answer ?? config.answer.mode;
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
    // It is stored: whatever goes wrong now, the client must not be told that it is not.
    const outcomes = await answer(accepted, mode).catch((err: unknown) => {
      this.#options.log.error(
        { err, message: accepted.id },
        'the verdict cannot be told; answering as async does',
      );
      return null;
    });
    const reply = smtpReply(accepted.id, outcomes, config.answer.suppressed);
    if (reply.code >= 400) throw refuseWith(reply, 'suppressed');
    return reply.text;
  }
}

/** The engine of the current transaction; smtp-server's session object lives as long as the connection. */
const sessionEngine = new WeakMap<SMTPServerSession, Engine>();

/** What is not a refusal is gate trouble, and that is always temporary. */
function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return refuseWith(diskTrouble(error)?.kind === 'full' ? NO_ROOM : TROUBLE, 'trouble');
}

/** The whole message, or null when it is larger than `maxBytes` (then the rest is read and dropped). */
function collect(stream: SMTPServerDataStream, maxBytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    stream.once('end', () => resolve(size > maxBytes ? null : Buffer.concat(chunks, size)));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the client went away inside DATA')));
  });
}
