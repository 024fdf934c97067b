import SQLite from 'better-sqlite3';
import { randomFrom } from '../../../src/evaluate/random.ts';
import { mailText, recipient } from '../relay/mails.ts';

/** In which states the messages of a seeded database are. */
export type Filling =
  /** Judged and relayed, but for `held` that wait for a reviewer. */
  | { kind: 'past'; held: number }
  /** Accepted, not judged. */
  | { kind: 'queued' };

export interface SeedOptions {
  messages: number;
  filling: Filling;
  /** When the newest came, milliseconds since the epoch. */
  now: number;
  /** Their bytes as well, so that a gate can go on with them. */
  bodies: boolean;
  /** Of the words in the texts. */
  seed: number;
}

const ORIGIN = JSON.stringify({
  protocol: 'SMTP',
  remoteAddress: '127.0.0.1',
  helo: 'bench.example',
  transmission: 'ESMTP',
  user: null,
});

const REASONS = [
  'low_confidence_funding',
  'thread_leak',
  'unknown_recipient',
  'stale_record',
  'funding_tier',
];
const NOUNS =
  'billing ledger parser router cache search mobile portal report export import scheduler pipeline dashboard contract invoice'.split(
    ' ',
  );
const VERBS = 'rebuild move split rewrite test measure retire document review deploy'.split(' ');

const idOf = (i: number): string => `01BENCH${String(i).padStart(19, '0')}`;

/** Fills an empty, migrated database with messages of one delivery each. Without durability: only the finished file matters. */
export function seedMessages(path: string, options: SeedOptions): void {
  const { messages, filling, now, bodies } = options;
  const db = new SQLite(path);
  db.pragma('synchronous = OFF');
  db.pragma('cache_size = -500000');
  const insert = inserter(db);
  const random = randomFrom(options.seed);
  const pick = (words: string[]): string => words[Math.floor(random() * words.length)];
  const past = filling.kind === 'past';
  const everyHeld = past ? Math.max(1, Math.floor(messages / filling.held)) : 1;
  const stamps = { created_at: now, updated_at: now };
  db.transaction(() => {
    for (let e = 0; e < 5; e += 1) {
      insert('engines', {
        id: `e${e}`,
        name: `engine-${e}`,
        sender_domains: e === 0 ? '["demo.example"]' : '[]',
        upstreams: '[]',
        mode: 'enforce',
        trusted_headers: 0,
        loopback_without_auth: e === 0 ? 1 : 0,
        ...stamps,
      });
    }
    const people = Math.ceil(messages / 10);
    for (let c = 0; c < people; c += 1) {
      insert('companies', {
        id: `c${c}`,
        name: `Company ${c}`,
        name_key: `company ${c}`,
        headcount: 100,
        disqualifiers: '[]',
        ...stamps,
      });
      insert('prospects', {
        id: `p${c}`,
        company_id: `c${c}`,
        address: recipient(c),
        address_key: recipient(c),
        name: `Person ${c}`,
        disqualifiers: '[]',
        opt_out_channels: '[]',
        available_signals: '{}',
        ...stamps,
      });
    }
    for (let i = 0; i < messages; i += 1) {
      const at = now - (messages - i) * 1_000;
      const who = i % people;
      const held = past && i % everyHeld === 0;
      const subject = `${pick(NOUNS)} capacity ${i}`;
      insert('messages', {
        id: idOf(i),
        engine_id: `e${i % 5}`,
        envelope_from: `agent${i % 5}@demo.example`,
        params: '{}',
        message_id: `<${i}@demo.example>`,
        subject,
        size: 2_000,
        received_at: at,
        origin: ORIGIN,
        judged_at: past ? at : null,
        answered_early: 1,
        lease_token: 0,
        judge_attempts: past ? 1 : 0,
      });
      if (bodies) {
        insert('bodies', {
          message_id: idOf(i),
          revision: 0,
          raw: Buffer.from(mailText({ to: recipient(who), messageId: String(i) })),
          created_at: at,
          actor: 'engine',
        });
      }
      const reason = held ? REASONS[i % REASONS.length] : null;
      const id = `${idOf(i)}-1`;
      const note = held ? `The draft states something about ${pick(NOUNS)} that the record does not.` : null;
      insert('deliveries', {
        id,
        message_id: idOf(i),
        engine_id: `e${i % 5}`,
        recipient: recipient(who),
        address_key: recipient(who),
        internal: 0,
        kind: 'mail',
        prospect_id: past ? `p${who}` : null,
        state: past ? (held ? 'held' : 'relayed') : 'received',
        decision: held ? 'BLOCK' : past ? 'PASS' : null,
        hold_reason: reason,
        note,
        body_revision: 0,
        attempts: past && !held ? 1 : 0,
        expires_at: held ? now + 14 * 86_400_000 + i : null,
        lease_token: 0,
        judged_revision: 0,
        created_at: at,
        updated_at: at,
      });
      if (!past) continue;
      const words = Array.from(
        { length: 40 },
        () => `we ${pick(VERBS)} the ${pick(NOUNS)} of project q${Math.floor(random() * 50_000)}`,
      );
      insert('draft_texts', {
        message_id: idOf(i),
        revision: 0,
        subject,
        body: `Hello Person ${who}, ${words.join(', ')}.`,
        headers: `subject: ${subject}\nmessage-id: <${i}@demo.example>`,
        addresses: recipient(who),
        text_key: `t${i}`,
        template_key: `template${i % 400}`,
      });
      insert('verdicts', {
        delivery_id: id,
        created_at: at,
        decision: held ? 'BLOCK' : 'PASS',
        rationale: note ?? 'No rule fires.',
        findings: '[]',
        notices: '[]',
        rubric_version: '1',
        latency_ms: 1,
      });
    }
  })();
  db.close();
}

/** Prepares each statement once: a million rows are written. */
function inserter(db: SQLite.Database) {
  const prepared = new Map<string, SQLite.Statement>();
  return (table: string, row: Record<string, unknown>): void => {
    let statement = prepared.get(table);
    if (!statement) {
      const columns = Object.keys(row);
      statement = db.prepare(
        `insert into ${table} (${columns.map((one) => `"${one}"`).join()}) values (${columns.map(() => '?').join()})`,
      );
      prepared.set(table, statement);
    }
    statement.run(...Object.values(row));
  };
}
