import SQLite from 'better-sqlite3';
import { TEMPLATE_THREADS } from '../../src/crm/fingerprint-store.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';

export const NOW = Date.parse('2026-03-01T09:00:00Z');

const PITCH =
  'We help growing companies to staff whole engineering teams within three weeks, with people who stay for years.';
const TOPICS = 'billing ledger parser router cache search mobile portal report export import scheduler'.split(
  ' ',
);
const VERBS = 'rebuild move split rewrite test measure retire document review deploy'.split(' ');

/** Text that is partly the same everywhere and partly one thread's own, as sales mail is. */
export function textOf(i: number): string {
  const topic = (n: number): string => `${TOPICS[(i * 7 + n) % TOPICS.length]}${(i * 31 + n * 17) % 9973}`;
  const own = Array.from(
    { length: 6 },
    (_, n) => `we ${VERBS[(i + n) % VERBS.length]} ${topic(n)} before ${topic(n + 6)}`,
  );
  return `Hello number ${i}. ${PITCH} This year ${own.join(', and then ')}.`;
}

/**
 * A CRM mirror of so many prospects, 50 a company, with a thread and a message in it each. Inserts without revisions or durability: only the finished file matters here.
 */
export function seedMirror(path: string, rows: number): void {
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

export const address = (i: number): string => `p${i}@c${Math.floor(i / 50)}.example`;
