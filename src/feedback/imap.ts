import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ImapFlow, ImapFlowOptions } from 'imapflow';
import type { Config } from '../config/config.ts';
import { readSecret } from '../config/secret.ts';
import { UserError } from '../config/user-error.ts';
import { type MailboxDeps, readNewMail } from './imap-read.ts';

export type MailboxConfig = Config['replies']['imap'][number];

/** A mailbox's configuration with its files and secrets read. */
export interface OpenMailbox {
  config: MailboxConfig;
  password: string;
  ca: string | null;
}

/**
 * Reads the password and CA file of a mailbox.
 *
 * @param base folder that relative paths start from
 * @throws UserError naming what is missing
 */
export function loadMailbox(config: MailboxConfig, base: string): OpenMailbox {
  const section = `replies.imap ${config.name}`;
  const password = readSecret(config, 'password', { section, base });
  if (password === null) {
    throw new UserError(`${section}: give one of password, password_env and password_file`);
  }
  if (config.ca_file === null) return { config, password, ca: null };
  try {
    return { config, password, ca: readFileSync(resolve(base, config.ca_file), 'utf8') };
  } catch (error) {
    throw new UserError(`${section}: cannot read ${config.ca_file}`, { cause: error });
  }
}

const LONGEST_PAUSE_MS = 5 * 60_000;
/** Wrong passwords get accounts locked. */
const AFTER_REFUSAL_MS = 60_000;

/** How often a gate that does not lead looks whether it does now. */
const FOLLOWING_MS = 1_000;

/**
 * Reads one mailbox for as long as it runs: connects, reads what is new, waits for the server's notice (IDLE) or the poll
 * interval, and connects again, with growing pauses, when the connection fails. Nothing in the mailbox is changed: it is
 * opened with EXAMINE.
 */
export class ReplyMailbox {
  readonly #mailbox: OpenMailbox;
  readonly #deps: MailboxDeps;
  readonly #firstPauseMs: number;
  #client: ImapFlow | null = null;
  #stopping = false;
  #wake: () => void = () => {};
  #loop: Promise<void> | null = null;

  /** @param options.firstPauseMs after the first failure; doubles with each */
  constructor(
    mailbox: OpenMailbox,
    deps: Omit<MailboxDeps, 'name'>,
    options: { firstPauseMs?: number } = {},
  ) {
    this.#mailbox = mailbox;
    this.#deps = { ...deps, name: mailbox.config.name };
    this.#firstPauseMs = options.firstPauseMs ?? 1000;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Resolves when the mail being taken is taken and the connection closed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    this.#client?.close();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { log, name } = this.#deps;
    let failures = 0;
    while (!this.#stopping) {
      if (!this.#deps.database.peers.leads()) {
        await this.#wait(FOLLOWING_MS);
        continue;
      }
      try {
        await this.#session(() => {
          failures = 0;
        });
      } catch (error) {
        if (this.#stopping) return;
        const refused = (error as { authenticationFailed?: boolean }).authenticationFailed === true;
        const pause = Math.min(this.#firstPauseMs * 2 ** failures, LONGEST_PAUSE_MS);
        failures += 1;
        log.warn(
          { mailbox: name, reason: reasonOf(error, refused), retryInMs: pause },
          refused
            ? 'the mailbox of replies refuses the user or password; trying again later'
            : 'the mailbox of replies cannot be read; trying again',
        );
        await this.#wait(refused ? Math.max(pause, AFTER_REFUSAL_MS) : pause);
      }
    }
  }

  /** One connection, until it fails or the mailbox stops. */
  async #session(onRead: () => void): Promise<void> {
    const { config } = this.#mailbox;
    // Loaded by gates that read a mailbox only.
    const { ImapFlow: Client } = await import('imapflow');
    const client = new Client(connectionOptions(this.#mailbox));
    this.#client = client;
    // Without a listener an error on an idle connection would end the process.
    let failed: Error | null = null;
    client.on('error', (error: Error) => {
      failed = error;
    });
    client.on('close', () => {
      failed ??= new Error('the server closed the connection');
      // A connection given up says so late: it must not cut the pause before the next one short.
      if (this.#client === client) this.#wake();
    });
    let noticed = false;
    client.on('exists', () => {
      noticed = true;
      this.#wake();
    });
    try {
      await client.connect();
      await client.mailboxOpen(config.mailbox, { readOnly: true });
      while (!this.#stopping && this.#deps.database.peers.leads()) {
        noticed = false;
        await readNewMail(client, this.#deps);
        onRead();
        // A notice that came while reading may be of mail that was not read.
        if (!noticed && failed === null) await this.#wait(config.poll_seconds * 1000);
        if (failed !== null) throw failed;
      }
    } finally {
      this.#client = null;
      client.close();
    }
  }

  #wait(ms: number): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}

function connectionOptions({ config, password, ca }: OpenMailbox): ImapFlowOptions {
  return {
    host: config.host,
    port: config.port,
    secure: config.tls === 'implicit',
    doSTARTTLS: config.tls === 'required',
    tls: ca === null ? {} : { ca },
    auth: { user: config.user, pass: password },
    logger: false,
    autoIdleDelay: 500,
    connectionTimeout: 30_000,
    greetingTimeout: 15_000,
  };
}

/** The server's words or the system's code; imapflow's errors never hold the password. */
function reasonOf(error: unknown, refused: boolean): string {
  const { responseText, code, message } = error as { responseText?: string; code?: string; message?: string };
  if (refused) return responseText ?? 'authentication failed';
  return [code, responseText ?? message].filter(Boolean).join(': ');
}
