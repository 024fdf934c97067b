import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { configSchema } from '../../src/config/config.ts';
import { summariseCauses } from '../../src/review/causes.ts';
import { queuePage } from '../../src/review/queue.ts';
import { queueQuerySchema, readQueueQuery } from '../../src/review/queue-query.ts';
import { queueCount } from '../../src/review/queue-store.ts';
import type { QueueQuery } from '../../src/review/web-types.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';

/**
 * How long a page of the queue takes with `REVIEW_BENCH_ROWS` (50,000) deliveries, a tenth of them held. Prints one JSON
 * document: median and 95th percentile in milliseconds for each query, and the processor time it took, which a busy machine does not
 * stretch.
 */
const ROWS = Number(process.env['REVIEW_BENCH_ROWS'] ?? 50_000);
const ROUNDS = 40;
const NOW = Date.parse('2026-03-01T09:00:00Z');
const REASONS = [
  'low_confidence_funding',
  'thread_leak',
  'unknown_recipient',
  'stale_record',
  'funding_tier',
];
const WORDS = 'billing ledger parser router cache search mobile portal report export import scheduler'.split(
  ' ',
);

const idOf = (i: number): string => `01BENCH${String(i).padStart(19, '0')}`;

/** Without durability: only the finished file matters here. */
function seed(path: string): void {
  const db = new SQLite(path);
  db.pragma('synchronous = OFF');
  const insert = (table: string, row: Record<string, unknown>): void => {
    const columns = Object.keys(row);
    db.prepare(
      `insert into ${table} (${columns.map((one) => `"${one}"`).join()}) values (${columns.map(() => '?').join()})`,
    ).run(...Object.values(row));
  };
  db.transaction(() => {
    for (let e = 0; e < 5; e += 1) {
      insert('engines', {
        id: `e${e}`,
        name: `engine-${e}`,
        sender_domains: '[]',
        upstreams: '[]',
        mode: 'enforce',
        trusted_headers: 0,
        loopback_without_auth: 0,
        created_at: NOW,
        updated_at: NOW,
      });
    }
    const stamps = { created_at: NOW, updated_at: NOW };
    for (let c = 0; c < ROWS / 10; c += 1) {
      insert('companies', {
        id: `c${c}`,
        name: `Company ${c}`,
        name_key: `company ${c}`,
        disqualifiers: '[]',
        ...stamps,
      });
      insert('prospects', {
        id: `p${c}`,
        company_id: `c${c}`,
        address: `person${c}@c${c}.example`,
        address_key: `person${c}@c${c}.example`,
        name: `Person ${c}`,
        disqualifiers: '[]',
        opt_out_channels: '[]',
        available_signals: '{}',
        ...stamps,
      });
    }
    for (let i = 0; i < ROWS; i += 1) {
      const at = NOW - (ROWS - i) * 20_000;
      const held = i % 10 === 0;
      const reason = held || i % 10 === 1 ? REASONS[((i / 10) % REASONS.length) | 0] : null;
      const who = i % (ROWS / 10);
      const subject = `${WORDS[i % WORDS.length]} capacity ${i}`;
      insert('messages', {
        id: idOf(i),
        engine_id: `e${i % 5}`,
        envelope_from: `agent${i % 5}@sender.example`,
        params: '{}',
        message_id: `<${i}@sender.example>`,
        subject,
        size: 2_000,
        received_at: at,
        origin: '{}',
        judged_at: at,
        answered_early: 0,
        lease_token: 0,
        judge_attempts: 1,
      });
      const text = `Hello Person ${who}, ${Array.from({ length: 12 }, (_, n) => `${WORDS[(i + n * n) % WORDS.length]}${(i * 31 + n * 17) % 9973}`).join(' and ')}. `;
      insert('draft_texts', {
        message_id: idOf(i),
        revision: 0,
        subject,
        body: text.repeat(8),
        headers: `subject: ${subject}\nmessage-id: <${i}@sender.example>`,
        addresses: `person${who}@c${who}.example`,
        text_key: `t${i}`,
        template_key: `template${i % 400}`,
      });
      const id = `${idOf(i)}-1`;
      const note = `The draft states something about ${WORDS[i % WORDS.length]} that the record does not.`;
      insert('deliveries', {
        id,
        message_id: idOf(i),
        engine_id: `e${i % 5}`,
        recipient: `person${who}@c${who}.example`,
        address_key: `person${who}@c${who}.example`,
        internal: 0,
        kind: 'mail',
        prospect_id: `p${who}`,
        state: held ? 'held' : i % 10 === 1 ? 'rejected' : 'relayed',
        decision: held ? 'BLOCK' : 'PASS',
        hold_reason: reason,
        note,
        body_revision: 0,
        attempts: 0,
        expires_at: held ? at + 14 * 86_400_000 : null,
        lease_token: 1,
        judged_revision: 0,
        created_at: at,
        updated_at: at,
      });
      insert('verdicts', {
        delivery_id: id,
        created_at: at,
        decision: held ? 'BLOCK' : 'PASS',
        rationale: note,
        findings: '[]',
        notices: '[]',
        rubric_version: '1',
        latency_ms: 1,
      });
      insert('audit', {
        at,
        actor: 'gate',
        subject_type: 'delivery',
        subject_id: id,
        action: 'judged',
        detail: '{"to":"held"}',
      });
      if (held && i % 50 === 0) {
        insert('review_states', {
          delivery_id: id,
          assigned_id: `u${i % 3}`,
          assigned_name: `User ${i % 3}`,
        });
      }
    }
  })();
  db.exec('analyze');
  db.close();
}

async function measured(
  work: () => Promise<unknown>,
): Promise<{ p50_ms: number; p95_ms: number; cpu_ms: number }> {
  for (let i = 0; i < 5; i += 1) await work();
  const times: number[] = [];
  const cpu = process.cpuUsage();
  for (let i = 0; i < ROUNDS; i += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((times[Math.floor(share * (ROUNDS - 1))] ?? 0) * 10) / 10;
  return { p50_ms: at(0.5), p95_ms: at(0.95), cpu_ms: Math.round((user + system) / ROUNDS / 100) / 10 };
}

const folder = mkdtempSync(join(tmpdir(), 'presend-bench-review-'));
try {
  const path = join(folder, 'presend.db');
  const database = new SqliteDatabase(path);
  await database.migrate();
  seed(path);
  const { review } = configSchema.parse({});
  const viewer = { db: database.db, review, me: 'u0', now: NOW };
  const filter = (query: QueueQuery) => readQueueQuery(queueQuerySchema.parse(query), viewer);
  const page =
    (query: QueueQuery, sort: 'oldest' | 'newest' | 'due' = 'oldest') =>
    () =>
      queuePage(viewer, filter(query), { sort, cursor: undefined, limit: 50 });
  const results: Record<string, unknown> = { deliveries: ROWS, held: ROWS / 10 };
  const queries: [string, () => Promise<unknown>][] = [
    ['held', page({})],
    ['held, newest first', page({}, 'newest')],
    ['held, by due time', page({}, 'due')],
    ['held for one reason', page({ reason: 'thread_leak' })],
    ['mine', page({ assigned: 'me' })],
    ['held, a word of every text', page({ q: 'hello' })],
    ['held, a word of a third of the texts', page({ q: 'ledger' })],
    ['held, two words', page({ q: 'person12 scheduler' })],
    ['held, a word that is nowhere', page({ q: 'quokka' })],
    ['every state', page({ state: 'all' })],
    ['every state, a word', page({ state: 'all', q: 'person123' })],
    ['one count of a view', () => queueCount(database.db, filter({ assigned: 'none' }), NOW)],
    ['causes', () => summariseCauses(database.db, NOW)],
  ];
  for (const [name, work] of queries) results[name] = await measured(work);
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  await database.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
