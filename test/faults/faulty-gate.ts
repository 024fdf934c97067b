import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { createCompany, createProspect } from '../../src/crm/store.ts';
import { addEngine } from '../../src/intake/engine-store.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { DiskFaults } from '../support/disk-faults.ts';
import { sendTo } from '../support/gate.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';

const MAIN = join(PROJECT_ROOT, 'dist/main.js');

/** A gate's answer to one submission: the SMTP reply line or the HTTP status. */
export interface Heard {
  code: number;
  text: string;
}

/** `presend start` as an operator runs it, on a disk that fails on demand, with a real upstream behind it. */
export class FaultyGate {
  readonly folder: string;
  readonly dataDir: string;
  readonly faults: DiskFaults;
  readonly upstream: SmtpUpstream;
  smtpPort = 0;
  httpPort = 0;
  exitCode: number | null = null;
  #child: ChildProcess | null = null;
  readonly #log: string;

  private constructor(options: { dataDir?: string }, upstream: SmtpUpstream) {
    this.folder = mkdtempSync(join(tmpdir(), 'presend-faults-'));
    this.dataDir = options.dataDir ?? join(this.folder, 'data');
    this.upstream = upstream;
    this.faults = new DiskFaults(this.folder, [`${this.dataDir}/presend.db`]);
    this.#log = join(this.folder, 'log');
  }

  /** A gate with the engine `engine` and twenty prospects that every rule lets pass, started. */
  static async start(
    options: { dataDir?: string; config?: Record<string, unknown> } = {},
  ): Promise<FaultyGate> {
    if (!existsSync(MAIN)) throw new Error('run npm test, which builds first');
    const upstream = await SmtpUpstream.start();
    onTestFinished(() => upstream.close());
    const gate = new FaultyGate(options, upstream);
    onTestFinished(() => gate.kill());
    await gate.#fill();
    [gate.smtpPort, gate.httpPort] = [await freePort(), await freePort()];
    writeFileSync(
      join(gate.folder, 'presend.yaml'),
      stringify({
        data_dir: gate.dataDir,
        rubric: join(PROJECT_ROOT, 'config/rubric.yaml'),
        smtp: { port: gate.smtpPort },
        http: { port: gate.httpPort },
        adapter: { mode: 'off' },
        upstreams: [upstreamConfig(upstream)],
        delivery: { undo_seconds: 0, first_retry_seconds: 1 },
        ...options.config,
      }),
    );
    await gate.restart();
    return gate;
  }

  /** Starts it (again) and waits until it takes mail. */
  async restart(): Promise<void> {
    this.launch();
    const child = this.#child!;
    await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')]);
    if (this.exitCode !== null) throw new Error(`the gate ended: ${this.log()}`);
  }

  /** @param said where its log and what it prints go; default: a file, read by `log()`, and a pipe */
  launch(said: string | null = null): void {
    const log = openSync(said ?? this.#log, 'a');
    this.exitCode = null;
    const child = spawn(process.execPath, [MAIN, 'start', '--config', join(this.folder, 'presend.yaml')], {
      stdio: ['ignore', said === null ? 'pipe' : log, log],
      env: { ...process.env, ...this.faults.env, PRESEND_DATA: undefined },
    });
    closeSync(log);
    this.#child = child;
    child.once('exit', (code) => (this.exitCode = code ?? -1));
  }

  async kill(): Promise<void> {
    if (!this.#child || this.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** SIGTERM, as a service manager does. @returns the exit code */
  async stop(): Promise<number | null> {
    const gone = once(this.#child!, 'exit');
    this.#child!.kill('SIGTERM');
    const [code] = (await gone) as [number | null];
    return code;
  }

  /** Overwrites the first page of a table; the gate is stopped, so that all of it is in the file. */
  async damage(table: string): Promise<void> {
    const path = join(this.dataDir, 'presend.db');
    const { rows } = await this.read((db) =>
      sql<{ rootpage: number }>`select rootpage from sqlite_master where name = ${table}`.execute(db),
    );
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, (rows[0].rootpage - 1) * 4096);
    closeSync(file);
  }

  /** All it has logged. */
  log(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8') : '';
  }

  /** One mail by SMTP. */
  async smtp(i: number, subject: string): Promise<Heard> {
    try {
      const text = await sendTo(this.smtpPort, { to: addressOf(i), subject });
      return { code: 250, text };
    } catch (error) {
      const { responseCode, response, message } = error as Error & {
        responseCode?: number;
        response?: string;
      };
      return { code: responseCode ?? 0, text: response ?? message };
    }
  }

  /** One mail by HTTP, in Resend's shape. */
  async http(i: number, subject: string): Promise<Heard> {
    const answer = await fetch(`http://127.0.0.1:${this.httpPort}/emails`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        from: 'Ann <ann@sender.example>',
        to: [addressOf(i)],
        subject,
        text: 'Hello, would a short call next week be useful?',
      }),
    });
    return { code: answer.status, text: await answer.text() };
  }

  async ready(): Promise<{ status: number; body: { status: string; why?: string; mend?: string } }> {
    const answer = await fetch(`http://127.0.0.1:${this.httpPort}/readyz`);
    return { status: answer.status, body: (await answer.json()) as { status: string } };
  }

  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.httpPort}/metrics`)).text();
  }

  /** Reads the database beside the gate. */
  async read<T>(look: (db: Database['db']) => Promise<T>): Promise<T> {
    const database = new SqliteDatabase(join(this.dataDir, 'presend.db'), { readonly: true });
    try {
      return await look(database.db);
    } finally {
      await database.close();
    }
  }

  /** Subjects of the deliveries stored, with their states. */
  states(): Promise<{ subject: string | null; state: string }[]> {
    return this.read((db) =>
      db
        .selectFrom('deliveries')
        .innerJoin('messages', 'messages.id', 'deliveries.message_id')
        .where('kind', '=', 'mail')
        .select(['messages.subject', 'state'])
        .orderBy('deliveries.id')
        .execute(),
    );
  }

  /** Subjects that the upstream took, in order. */
  taken(): string[] {
    return this.upstream.received.map(({ raw }) => /^Subject: (.*?)\r$/m.exec(raw.toString())?.[1] ?? '');
  }

  async #fill(): Promise<void> {
    mkdirSync(this.dataDir, { recursive: true, mode: 0o700 });
    const database = new SqliteDatabase(join(this.dataDir, 'presend.db'));
    await database.migrate();
    const by = { actor: 'test', at: Date.now() };
    await database.transact(async (trx) => {
      await addEngine(
        trx,
        { name: 'engine', senderDomains: ['sender.example'], loopbackWithoutAuth: true },
        { actor: 'test', now: by.at },
      );
      for (let i = 0; i < 20; i += 1) {
        const { id } = await createCompany(
          trx,
          {
            name: `Company ${i}`,
            headcount: 300,
            funding_stage: 'series_b',
            funding_amount_usd: 20_000_000,
            funding_confidence: 'high',
          },
          by,
        );
        await createProspect(trx, { address: addressOf(i), company_id: id, recipient_role: 'vp_eng' }, by);
      }
    });
    await database.close();
  }
}

const addressOf = (i: number): string => `vp@c${i % 20}.example`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
