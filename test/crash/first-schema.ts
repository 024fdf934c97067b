import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Migrator, sql } from 'kysely';
import { newId } from '../../src/message/id.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import type { Mail } from './ledger.ts';

/** A data folder as the first schema had it, with mail in it. */
export interface OldFolder {
  folder: string;
  mails: Mail[];
  /** The delivery whose answer the gate of that time did not live to hear. */
  inDoubt: string;
}

/** Mails that wait to be judged; one more is under way. */
const WAITING = 4;

/** Writes the folder with SQL of its time: today's stores know today's schema only. */
export async function makeFirstSchema(): Promise<OldFolder> {
  const folder = mkdtempSync(join(tmpdir(), 'presend-crash-old-'));
  const database = new SqliteDatabase(join(folder, 'presend.db'));
  const { db } = database;
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => ({ '0001-first': migrations['0001-first'] }) },
  }).migrateToLatest();
  if (error) throw error;
  const at = Date.now();
  await sql`insert into engines values
    ('e1', 'sync', null, '["sync.example"]', '[]', 'enforce', 0, null, null, 1, ${at}, ${at})`.execute(db);
  await sql`insert into companies (id, name, name_key, headcount, funding_stage, funding_amount_usd, funding_confidence,
    disqualifiers, created_at, updated_at) values
    ('c1', 'Old Company', 'old company', 300, 'series_b', 20000000, 'high', '[]', ${at}, ${at})`.execute(db);
  const mails: Mail[] = [];
  let inDoubt = '';
  for (let i = 0; i <= WAITING; i += 1) {
    const underWay = i === WAITING;
    const token = `old-m${i}`;
    const address = `old-${i}@pass.example`;
    const id = newId(at);
    const delivery = `${id}-1`;
    const text = `From: Ann <ann@sync.example>\r\nTo: ${address}\r\nSubject: Capacity ${token}\r\nMessage-ID: <${token}@load.example>\r\n\r\nHello ${i}, would a call suit you?\r\n`;
    await sql`insert into prospects (id, company_id, address, address_key, recipient_role, disqualifiers, opt_out_channels,
      available_signals, created_at, updated_at) values
      (${`p${i}`}, 'c1', ${address}, ${address}, 'vp_eng', '[]', '[]', '{}', ${at}, ${at})`.execute(db);
    await sql`insert into messages (id, engine_id, envelope_from, params, message_id, subject, size, received_at, origin,
      judged_at, answered_early, lease_token, judge_attempts) values
      (${id}, 'e1', 'ann@sync.example', '{"body8bit":false,"smtpUtf8":false}', ${`<${token}@load.example>`},
      ${`Capacity ${token}`}, ${text.length}, ${at},
      '{"protocol":"SMTP","remoteAddress":"127.0.0.1","helo":"load.example","transmission":"ESMTP","user":null}',
      ${underWay ? at : null}, 1, 0, 0)`.execute(db);
    await sql`insert into bodies values (${id}, 0, ${Buffer.from(text)}, ${at}, 'engine')`.execute(db);
    await sql`insert into deliveries (id, message_id, engine_id, recipient, address_key, internal, kind, prospect_id, state,
      decision, body_revision, attempts, next_attempt_at, lease_until, lease_token, judged_at, judged_revision, created_at,
      updated_at) values
      (${delivery}, ${id}, 'e1', ${address}, ${address}, 0, 'mail', ${underWay ? `p${i}` : null},
      ${underWay ? 'relaying' : 'received'}, ${underWay ? 'PASS' : null}, 0, 0, ${underWay ? at : null},
      ${underWay ? at + 60_000 : null}, 1, ${underWay ? at : null}, 0, ${at}, ${at})`.execute(db);
    await sql`insert into audit (at, actor, subject_type, subject_id, action, detail) values
      (${at}, 'engine:e1', 'message', ${id}, 'accepted', '{}')`.execute(db);
    if (underWay) {
      inDoubt = delivery;
      await sql`insert into verdicts (delivery_id, created_at, decision, rationale, findings, notices, rubric_version,
        latency_ms) values (${delivery}, ${at}, 'PASS', 'No rule fired.', '[]', '[]', 'old', 1)`.execute(db);
      await sql`insert into attempts (delivery_id, kind, upstream, started_at, handover_at) values
        (${delivery}, 'relay', 'provider', ${at}, ${at})`.execute(db);
      await sql`insert into audit (at, actor, subject_type, subject_id, action, detail) values
        (${at}, 'gate', 'delivery', ${delivery}, 'judged', '{"from":"received","to":"relaying"}')`.execute(
        db,
      );
    }
    mails.push({
      token,
      way: 'smtp',
      from: 'ann@sync.example',
      recipients: [{ address, kind: 'pass' }],
      body: text,
      key: null,
      tries: [{ generation: 0, answer: 'taken', id, text: `250 2.0.0 Queued as ${id}` }],
    });
  }
  await database.close();
  return { folder, mails, inDoubt };
}
