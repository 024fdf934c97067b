import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { TEMPLATE_THREADS } from '../../src/crm/fingerprint-store.ts';
import { recheckRecord } from '../../src/crm/recheck.ts';
import { findProspect, snapshot } from '../../src/crm/snapshot.ts';
import { findThread } from '../../src/crm/threads.ts';
import { draftFromText } from '../../src/evaluate/context.ts';
import { judgeByRules } from '../../src/judge/judge.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';

/**
 * How the look-up of a recipient and its snapshot grow with the CRM mirror. Prints one JSON document:
 * milliseconds at 1,000 and at `CRM_BENCH_ROWS` (1,000,000) prospects and thread messages, and the ratio.
 */
const LARGE = Number(process.env['CRM_BENCH_ROWS'] ?? 1_000_000);
const LOOKUPS = 3000;
const WARM_UP = 300;
const rubric = loadRubric(join(import.meta.dirname, '../../config/rubric.yaml'));
const NOW = Date.parse('2026-03-01T09:00:00Z');

const PITCH =
  'We help growing companies to staff whole engineering teams within three weeks, with people who stay for years.';
const TOPICS = 'billing ledger parser router cache search mobile portal report export import scheduler'.split(
  ' ',
);
const VERBS = 'rebuild move split rewrite test measure retire document review deploy'.split(' ');

/** Text that is partly the same everywhere and partly one thread's own, as sales mail is. */
function textOf(i: number): string {
  const topic = (n: number): string => `${TOPICS[(i * 7 + n) % TOPICS.length]}${(i * 31 + n * 17) % 9973}`;
  const own = Array.from(
    { length: 6 },
    (_, n) => `we ${VERBS[(i + n) % VERBS.length]} ${topic(n)} before ${topic(n + 6)}`,
  );
  return `Hello number ${i}. ${PITCH} This year ${own.join(', and then ')}.`;
}

/** Inserts without revisions or durability: only the finished file matters here. */
function seed(path: string, rows: number): void {
  const db = new SQLite(path);
  db.pragma('synchronous = OFF');
  db.pragma('cache_size = -500000');
  const companies = Math.ceil(rows / 50);
  const company = db.prepare(
    `insert into companies values (?, ?, ?, ?, ?, 'series_b', 20000000, 'high', '[]', ?, ?, 'DE', null, null, ?, ?)`,
  );
  const prospect = db.prepare(
    `insert into prospects values (?, ?, ?, ?, ?, 'cto', 'CTO', '[]', '[]', ?, null, null, '{"open_roles":4}', null, ?, ?)`,
  );
  const thread = db.prepare('insert into threads values (?, ?, ?, null, 1, ?)');
  const message = db.prepare(
    `insert into thread_messages (id, thread_id, company_id, prospect_id, message_id, direction, person, role, at, text, fingerprint_count)
     values (?, ?, ?, ?, ?, ?, null, 'cto', ?, ?, ?)`,
  );
  const print = db.prepare('insert into fingerprints values (?, ?)');
  const suppression = db.prepare(
    `insert into suppressions (kind, value, channel, reason, source, created_at) values (?, ?, 'email', null, 'bench', ?)`,
  );
  const peer = db.prepare(
    'insert into peers (name, name_key, city, industry, city_key, industry_key) values (?, ?, ?, ?, ?, ?)',
  );
  const use = db.prepare('insert into peer_uses values (?, ?, ?)');
  const commitment = db.prepare(
    `insert into commitments (prospect_id, subject, starts, ends, type, note) values (?, 'bench', null, null, 'reserved', null)`,
  );
  const seen = new Map<number, number>();
  const sorted: [number, number][] = [];
  db.transaction(() => {
    for (let i = 0; i < companies; i += 1) {
      company.run(
        `c${i}`,
        `Company ${i}`,
        `company ${i}`,
        `c${i}.example`,
        100 + (i % 3000),
        `Industry ${i % 40}`,
        `City ${i % 200}`,
        NOW,
        NOW,
      );
    }
    for (let i = 0; i < 2000; i += 1) {
      const [city, industry] = [`City ${i % 200}`, `Industry ${i % 40}`];
      peer.run(`Peer ${i}`, `peer ${i}`, city, industry, city.toLowerCase(), industry.toLowerCase());
    }
    commitment.run(null);
    for (let i = 0; i < rows; i += 1) {
      const at = NOW - (rows - i) * 1000;
      const companyId = `c${Math.floor(i / 50)}`;
      prospect.run(`p${i}`, companyId, address(i), address(i), `Person ${i}`, `t${i}`, NOW, NOW);
      thread.run(`t${i}`, companyId, `p${i}`, at);
      const text = textOf(i);
      const hashes = fingerprints(text);
      message.run(
        i + 1,
        `t${i}`,
        companyId,
        `p${i}`,
        `<${i}@bench.example>`,
        i % 3 === 0 ? 'in' : 'out',
        at,
        text,
        hashes.length,
      );
      for (const hash of hashes) {
        const threads = seen.get(hash) ?? 0;
        if (threads >= TEMPLATE_THREADS) continue;
        // Only what recurs is counted: remembering every hash would need gigabytes here.
        if (i < 20_000) seen.set(hash, threads + 1);
        sorted.push([hash, i + 1]);
      }
      if (sorted.length > 2_000_000) flush(sorted, print);
      if (i % 10 === 0) suppression.run('address', `gone${i}@c${i % companies}.example`, NOW);
      if (i % 5000 === 0) suppression.run('domain', `closed${i}.example`, NOW);
      if (i % 100 === 0) commitment.run(`p${i}`);
      use.run(`peer ${i % 200}`, `p${i}`, NOW);
    }
    flush(sorted, print);
    // One hash with far too many rows, as no index written by the gate has.
    for (let i = 0; i < Math.min(rows, 100_000); i += 1) print.run(1, i + 1);
  })();
  db.close();
}

/** In key order, which a B-tree takes many times faster. */
function flush(rows: [number, number][], print: SQLite.Statement): void {
  rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  for (const [hash, id] of rows) print.run(hash, id);
  rows.length = 0;
}

const address = (i: number): string => `p${i}@c${Math.floor(i / 50)}.example`;

async function measure(rows: number) {
  const folder = mkdtempSync(join(tmpdir(), 'presend-bench-crm-'));
  const path = join(folder, 'presend.db');
  try {
    const empty = new SqliteDatabase(path);
    await empty.migrate();
    await empty.close();
    const began = performance.now();
    seed(path, rows);
    const seeded = performance.now() - began;
    const database = new SqliteDatabase(path);
    const times = {
      cpu: [] as number[],
      find_and_snapshot: [] as number[],
      judge: [] as number[],
      verdict: [] as number[],
      recheck: [] as number[],
      one_row: [] as number[],
    };
    let foreign = 0;
    for (let n = 0; n < LOOKUPS + WARM_UP; n += 1) {
      const i = (n * 7919 * 31) % rows;
      // A mail of the campaign that also carries a passage of a stranger's thread.
      const draft = `${textOf(i)} ${textOf((i + 977) % rows).slice(130, 260)}`;
      const hashes = [1, ...fingerprints(draft)];
      const cpu = process.cpuUsage();
      const start = performance.now();
      const found = await findProspect(database.db, { address: address(i), prospectIdHint: null });
      if (!found) throw new Error(`${address(i)} is not there`);
      const threadId = await findThread(database.db, {
        prospectId: found.prospect.id,
        prospectThreadId: found.prospect.thread_id,
        inReplyTo: `<${i}@bench.example>`,
        references: [],
        threadIdHint: null,
      });
      const taken = await snapshot(database.db, {
        found,
        address: address(i),
        threadId,
        names: [`Peer ${i % 2000}`, 'Nobody'],
        fingerprints: hashes,
        today: '2026-03-01',
      });
      const looked = performance.now();
      judgeByRules({
        draft: draftFromText(`Hi Person ${i},\n\n${draft}\n\nBest,\nMara`, 'Your hiring plans'),
        prospect: taken,
        channel: 'email',
        today: '2026-03-01',
        rubric,
      });
      const middle = performance.now();
      const spent = process.cpuUsage(cpu);
      await recheckRecord(database.db, { address: address(i), prospectId: `p${i}` });
      const end = performance.now();
      // The same moment's cost of one row by primary key: what a busy machine adds shows here too.
      await database.db.selectFrom('prospects').select('id').where('id', '=', `p${i}`).execute();
      const after = performance.now();
      if (n < WARM_UP) continue;
      foreign += taken.foreign.length;
      times.find_and_snapshot.push(looked - start);
      times.judge.push(middle - looked);
      times.verdict.push(middle - start);
      times.cpu.push((spent.user + spent.system) / 1000);
      times.recheck.push(end - middle);
      times.one_row.push(after - end);
    }
    await database.close();
    return {
      prospects: rows,
      thread_messages: rows,
      database_mb: Math.round(statSync(path).size / 2 ** 20),
      seed_seconds: Math.round(seeded / 1000),
      foreign_per_snapshot: Math.round((foreign / LOOKUPS) * 10) / 10,
      // Look-up, snapshot and all ten rules: what a mail waits for.
      verdict_ms: percentiles(times.verdict),
      judge_ms: percentiles(times.judge),
      find_and_snapshot_ms: percentiles(times.find_and_snapshot),
      // Processor time of the same, collector threads included: free of waiting for a busy machine.
      verdict_cpu_ms: percentiles(times.cpu),
      recheck_ms: percentiles(times.recheck),
      one_row_ms: percentiles(times.one_row),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function percentiles(times: number[]): { p50: number; p99: number; max: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0) * 1000) / 1000;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

const small = await measure(1000);
const large = await measure(LARGE);
const ratio = (a: number, b: number): number => Math.round((a / b) * 100) / 100;
const report = {
  lookups: LOOKUPS,
  small,
  large,
  ratio: {
    find_and_snapshot_p50: ratio(large.find_and_snapshot_ms.p50, small.find_and_snapshot_ms.p50),
    find_and_snapshot_p99: ratio(large.find_and_snapshot_ms.p99, small.find_and_snapshot_ms.p99),
    recheck_p99: ratio(large.recheck_ms.p99, small.recheck_ms.p99),
  },
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
