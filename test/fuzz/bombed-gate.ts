import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { gateSecret } from '../../src/config/gate-secret.ts';
import { createCompany, createProspect } from '../../src/crm/store.ts';
import { addApiKey } from '../../src/intake/api-keys.ts';
import { addEngine, requireEngine } from '../../src/intake/engine-store.ts';
import { csrfToken } from '../../src/access/random-token.ts';
import { beginSession } from '../../src/access/session-store.ts';
import { addUser } from '../../src/access/user-store.ts';
import { SECRETS } from '../feedback/sign.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { SmtpSession } from '../support/smtp-session.ts';

/** What the gate went through since it was last asked. */
export interface Strain {
  /** Longest the event loop was held up, milliseconds; whatever else the machine does counts. */
  stallMs: number;
  /**
   * Most processor time the loop's thread used from one turn to the next, milliseconds: what it would have been held up on a
   * machine of its own. null where the system does not tell.
   */
  busyMs: number | null;
  /** Most memory the whole process had, MB. */
  rssMb: number;
  /** Of it at that moment what the main thread's heap had, and what buffers had beside it in all threads, MB. */
  heapMb: number;
  buffersMb: number;
}

/** What became of one bomb, and of the gate meanwhile. */
export interface Blast extends Strain {
  /** The first line of the gate's answer. */
  answer: string;
  /** Where its deliveries stand in the end, with hold reasons. */
  outcome: string;
  /** Until the bomb was settled, milliseconds. */
  tookMs: number;
  /** Small mails sent meanwhile, and the longest that one waited for its answer, milliseconds. */
  others: number;
  slowestMs: number;
}

/** Runs in the gate: watches its event loop and its memory, and tells on request. */
const PROBE = `
import { openSync, readSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
const loop = monitorEventLoopDelay({ resolution: 5 });
loop.enable();
const line = Buffer.alloc(100);
let stat = null;
try { stat = openSync('/proc/thread-self/schedstat', 'r'); } catch {}
// Of this thread, in nanoseconds (Documentation/scheduler/sched-stats.rst).
const cpu = () => stat === null ? null : Number(line.toString('latin1', 0, readSync(stat, line, 0, 100, 0)).split(' ')[0]);
let busy = 0;
const none = { rssMb: 0, heapMb: 0, buffersMb: 0 };
let most = none;
let last = cpu();
const look = () => {
  const rssMb = process.memoryUsage.rss() / 1e6;
  if (rssMb > most.rssMb) {
    const { heapTotal, external } = process.memoryUsage();
    most = { rssMb, heapMb: heapTotal / 1e6, buffersMb: external / 1e6 };
  }
  const now = cpu();
  busy = Math.max(busy, now - last);
  last = now;
};
setInterval(look, 5).unref();
process.on('message', () => {
  look();
  process.send({ stallMs: loop.max / 1e6, busyMs: stat === null ? null : busy / 1e6, ...most });
  loop.reset();
  busy = 0;
  most = none;
});
process.channel.unref();
`;

/** A real gate from the build in a process of its own, with answers as by default and the rules alone. */
export class BombedGate {
  readonly folder = mkdtempSync(join(tmpdir(), 'presend-bombed-'));
  smtpPort = 0;
  httpPort = 0;
  /** Of the engine, for the provider fronts. */
  key = '';
  /** The same for SES, whose requests are signed. */
  sigv4 = { accessKeyId: '', secretAccessKey: '' };
  /** Headers of a reviewer who is signed in. */
  session: Record<string, string> = {};
  #child!: ChildProcess;
  #database!: Database;

  static async start(more = ''): Promise<BombedGate> {
    const gate = new BombedGate();
    const { folder } = gate;
    [gate.smtpPort, gate.httpPort] = [await freePort(), await freePort()];
    const config = join(folder, 'presend.yaml');
    writeFileSync(
      config,
      `data_dir: ${folder}/data
rubric: ${join(PROJECT_ROOT, 'config/rubric.yaml')}
smtp: { port: ${gate.smtpPort} }
http: { port: ${gate.httpPort} }
adapter: { mode: 'off' }
providers:
  sendgrid: { webhook_public_key: ${SECRETS.sendgrid}, inbound_password: '${SECRETS.sendgridInbound}' }
  postmark: { webhook_password: '${SECRETS.postmark}' }
  mailgun: { webhook_signing_key: '${SECRETS.mailgun}' }
log: { level: error }
${more}`,
    );
    gate.#child = spawn(
      process.execPath,
      [
        '--import',
        `data:text/javascript,${encodeURIComponent(PROBE)}`,
        join(PROJECT_ROOT, 'dist/main.js'),
        'start',
        '--config',
        config,
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
        // As `npm start` sets them.
        env: {
          MALLOC_ARENA_MAX: '2',
          MALLOC_MMAP_THRESHOLD_: '262144',
          ...process.env,
          PRESEND_DATA: undefined,
        },
      },
    );
    await once(gate.#child.stdout!, 'data');
    gate.#database = new SqliteDatabase(join(folder, 'data/presend.db'));
    await gate.#settle();
    // What the start took is not what a bomb costs.
    await gate.strain();
    return gate;
  }

  /** The engine that sends, its key, and the prospect it writes to. */
  async #settle(): Promise<void> {
    const change = { actor: 'test', at: Date.now() };
    const dataDir = join(this.folder, 'data');
    await this.#database.transact(async (trx) => {
      await addEngine(
        trx,
        {
          name: 'engine',
          senderDomains: ['sender.example'],
          secretHash: null,
          loopbackWithoutAuth: true,
          trustedHeaders: true,
        },
        { actor: 'test', now: Date.now() },
      );
      const { id } = await requireEngine(trx, 'engine');
      const derive = gateSecret(dataDir, 'derive');
      const key = await addApiKey(trx, id, { kind: 'bearer', derive, actor: 'test', now: Date.now() });
      if (key.kind === 'bearer') this.key = key.key;
      const signing = await addApiKey(trx, id, { kind: 'sigv4', derive, actor: 'test', now: Date.now() });
      if (signing.kind === 'sigv4') this.sigv4 = signing;
      const user = await addUser(
        trx,
        { email: 'reviewer@gate.test', name: 'Reviewer', role: 'reviewer', passwordHash: 'none' },
        { actor: 'test', now: change.at },
      );
      const { token } = await beginSession(trx, user, {
        method: 'password',
        lengths: { idleMs: 43_200_000, absoluteMs: 7 * 86_400_000 },
        origin: { address: '127.0.0.1', userAgent: 'test' },
        now: change.at,
      });
      this.session = { cookie: `presend_session=${token}`, 'x-csrf-token': csrfToken(token) };
      const company = await createCompany(
        trx,
        { name: 'Prospect', headcount: 300, funding_stage: 'series_b', funding_confidence: 'low' },
        change,
      );
      for (const name of ['bob', 'small']) {
        await createProspect(
          trx,
          { address: `${name}@prospect.example`, company_id: company.id, recipient_role: 'vp_eng' },
          change,
        );
      }
    });
  }

  /** What the gate went through since the last call. */
  async strain(): Promise<Strain> {
    const told = once(this.#child, 'message') as Promise<[Strain]>;
    this.#child.send('strain');
    return (await told)[0];
  }

  /** Throws a bomb by `submit`, sends small mail until it is settled, and tells what came of it. */
  async blast(submit: () => Promise<string>): Promise<Blast> {
    await this.strain();
    const began = performance.now();
    const before = await this.#messages();
    let over = false;
    const small = this.#smallMail(() => over);
    const answer = await submit();
    const outcome = await this.#outcomeAfter(before);
    const tookMs = performance.now() - began;
    over = true;
    const latencies = await small;
    return {
      ...(await this.strain()),
      answer,
      outcome,
      tookMs,
      others: latencies.length,
      slowestMs: Math.max(...latencies),
    };
  }

  /** Sends a raw message over SMTP. @returns the final reply, or the first refusal */
  async smtp(raw: Buffer, to = 'bob@prospect.example'): Promise<string> {
    const session = await SmtpSession.open(this.smtpPort);
    try {
      for (const line of ['EHLO bomb.example', 'MAIL FROM:<ann@sender.example>', `RCPT TO:<${to}>`, 'DATA']) {
        const reply = await session.say(line);
        if (/^[45]/.test(reply)) return reply;
      }
      session.write(dotStuffed(raw));
      session.write('\r\n.\r\n');
      return await session.next();
    } finally {
      session.close();
    }
  }

  /** One that is held: of a mail sent for it, where there is none. */
  async heldDelivery(): Promise<string> {
    const held = () =>
      this.#database.db
        .selectFrom('deliveries')
        .select('id')
        .where('state', '=', 'held')
        .where('recipient', '=', 'held@prospect.example')
        .orderBy('created_at', 'desc')
        .executeTakeFirst();
    let found = await held();
    if (!found) {
      const raw = SMALL.toString().replace('small@', 'held@');
      const reply = await this.smtp(Buffer.from(raw), 'held@prospect.example');
      found = await held();
      if (!found) throw new Error(`the mail that is to be held was answered with ${reply}`);
    }
    return found.id;
  }

  /** Small mails one after another until told to stop, at least one. @returns how long each waited, milliseconds */
  async #smallMail(over: () => boolean): Promise<number[]> {
    const latencies: number[] = [];
    do {
      const began = performance.now();
      const reply = await this.smtp(SMALL, 'small@prospect.example');
      if (!reply.startsWith('250')) throw new Error(`a small mail was refused: ${reply}`);
      latencies.push(performance.now() - began);
      await delay(20);
    } while (!over());
    return latencies;
  }

  async #messages(): Promise<number> {
    const { n } = await this.#database.db
      .selectFrom('deliveries')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('recipient', '!=', 'small@prospect.example')
      .executeTakeFirstOrThrow();
    return n;
  }

  /** Waits until every delivery of the bomb has left `received`. */
  async #outcomeAfter(before: number): Promise<string> {
    for (;;) {
      const rows = await this.#database.db
        .selectFrom('deliveries')
        .select(['state', 'hold_reason', 'note'])
        .where('recipient', '!=', 'small@prospect.example')
        .orderBy('created_at')
        .orderBy('id')
        .offset(before)
        .limit(100_000)
        .execute();
      if (rows.every(({ state }) => state !== 'received' && state !== 'relaying')) {
        const said = rows.map(({ state, hold_reason, note }) =>
          state === 'held' ? `held: ${hold_reason}, ${note}` : state,
        );
        return [...new Set(said)].join('; ') || 'refused';
      }
      await delay(25);
    }
  }

  async stop(): Promise<void> {
    await this.#database.close();
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const SMALL = Buffer.from(
  'From: Ann <ann@sender.example>\r\nTo: small@prospect.example\r\nSubject: A short call\r\n\r\nHello, would a short call next week be useful?\r\n',
);

/** RFC 5321 4.5.2. */
function dotStuffed(raw: Buffer): Buffer {
  if (!raw.includes('\r\n.') && raw[0] !== 0x2e) return raw;
  return Buffer.from(raw.toString('latin1').replace(/(^|\r\n)\./g, '$1..'), 'latin1');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
